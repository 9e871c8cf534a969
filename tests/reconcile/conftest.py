"""A scheme that was brought into DHIS2 once, to be put back to that moment before each test."""

import copy
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from tests.openimis_sample import sample, write_sqlite
from tests.reconcile.scheme import ReconciledScheme
from tests.sandbox import running_sandbox

AS_OF = date(2026, 1, 1)
VERSIONS = ("2.40", "2.42")


@pytest.fixture(scope="session")
def openimis_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample openIMIS that nobody changes."""
    path = tmp_path_factory.mktemp("openimis") / "sample.sqlite"
    write_sqlite(sample(60, seed=11, level="1.4", as_of=AS_OF), path)
    return path


@pytest.fixture(scope="session", params=VERSIONS)
def first_load(
    request: pytest.FixtureRequest,
    prefect_server: None,
    openimis_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ReconciledScheme]:
    """DHIS2, set up and empty (`empty`), then filled by a first sync (`filled`)."""
    with running_sandbox(version=request.param) as sandbox:
        folder = tmp_path_factory.mktemp(f"first-{request.param}")
        scheme = ReconciledScheme(folder, openimis_file, sandbox)
        scheme.save_blocks()
        scheme.set_up()
        scheme.empty = copy.deepcopy(_content(scheme))
        scheme.sync(run_id="first")
        scheme.filled = copy.deepcopy(_content(scheme))
        yield scheme


@pytest.fixture
def scheme(first_load: ReconciledScheme, tmp_path: Path) -> ReconciledScheme:
    """The scheme after its first sync, to be changed."""
    shutil.copytree(first_load.folder, tmp_path, dirs_exist_ok=True)
    scheme = _changeable(first_load, tmp_path)
    scheme.hold(first_load.filled)
    return scheme


@pytest.fixture
def new_scheme(first_load: ReconciledScheme, tmp_path: Path) -> ReconciledScheme:
    """The same with a staging folder in which nothing was ever done."""
    scheme = _changeable(first_load, tmp_path)
    scheme.hold(first_load.filled)
    return scheme


def _changeable(first: ReconciledScheme, folder: Path) -> ReconciledScheme:
    database = folder / "openimis.sqlite"
    with (
        closing(sqlite3.connect(first.database)) as whole,
        closing(sqlite3.connect(database)) as changed,
    ):
        whole.backup(changed)
    scheme = ReconciledScheme(folder, database, first.sandbox)
    scheme.empty, scheme.filled = first.empty, first.filled
    scheme.save_blocks()
    return scheme


def _content(scheme: ReconciledScheme) -> dict[str, object]:
    return {name: value for name, value in vars(scheme.sandbox.state).items() if name != "lock"}
