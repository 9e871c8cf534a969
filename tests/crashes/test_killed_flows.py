"""The same with the flow itself: `sync` is killed in its own interpreter, and run once more."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL

from staging.layout import Target
from tests.crashes.contents import Content, as_claimed, claimed, differences, held, tracker
from tests.crashes.driver import KILLED, FlowJob, sync_in_a_process
from tests.flows.scheme import Scheme
from tests.openimis_sample import sample, write_sqlite
from tests.sandbox import running_sandbox

DAY_ONE = date(2026, 1, 1)
SMALL_BUNDLES = "\n[load]\nbundle_size = 20\n"

# Kind of point, which of its kind, the run that follows.
CASES = (
    ("before run", 2, "first"),
    ("after 6-events receipt", 5, "first"),
    ("before acknowledged", 9, "another"),
)


@contextmanager
def a_scheme(folder: Path, database: Path) -> Iterator[Scheme]:
    """A scheme whose DHIS2 is set up, with a database of its own."""
    folder.mkdir()
    copied = folder / "openimis.sqlite"
    with closing(sqlite3.connect(database)) as whole, closing(sqlite3.connect(copied)) as copy:
        whole.backup(copy)
    with running_sandbox(version="2.42") as sandbox:
        scheme = Scheme(folder, copied, sandbox)
        scheme.country += SMALL_BUNDLES
        scheme.save_blocks()
        scheme.set_up()
        yield scheme


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample openIMIS that nobody changes."""
    path = tmp_path_factory.mktemp("openimis") / "sample.sqlite"
    write_sqlite(sample(60, seed=7, level="1.4", as_of=DAY_ONE), path)
    return path


@pytest.fixture(scope="module")
def undisturbed(
    prefect_server: None, database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Content:
    """What DHIS2 holds after a run that nobody killed."""
    with a_scheme(tmp_path_factory.mktemp("undisturbed") / "scheme", database) as scheme:
        assert scheme.sync(run_id="first").is_completed()
        return held(scheme.sandbox)


@pytest.mark.parametrize(("kind", "number", "next_run"), CASES)
def test_a_flow_that_was_killed_leaves_no_trace(
    undisturbed: Content, database: Path, tmp_path: Path, kind: str, number: int, next_run: str
) -> None:
    with a_scheme(tmp_path / "scheme", database) as scheme:
        job = FlowJob(
            str(scheme.country_file), str(scheme.staging_root), "first", kind=kind, number=number
        )

        assert sync_in_a_process(job, str(PREFECT_API_URL.value())) == KILLED
        state = scheme.sync(run_id=next_run)

        assert state.is_completed(), state.message
        assert differences(held(scheme.sandbox), undisturbed) == []
        known = claimed(Target(scheme.staging_root, "ministry"))
        assert differences(as_claimed(tracker(scheme.sandbox)), known) == []
