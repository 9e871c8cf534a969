"""A scheme that was brought into DHIS2 once, and is put back to that moment before each test."""

from collections.abc import Iterator

import pytest

from tests.support.cases import VERSIONS
from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import sample
from tests.support.sandbox import running_sandbox
from tests.support.scheme import DAY_ONE
from tests.system.reconcile.reconciled import ReconciledScheme


@pytest.fixture(scope="session", params=VERSIONS)
def first_load(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ReconciledScheme]:
    """A DHIS2 that was set up and filled."""
    with running_sandbox(version=request.param, users=[LOADER_USER]) as sandbox:
        scheme = ReconciledScheme(tmp_path_factory.mktemp("reconciled"), sandbox)
        scheme.begin(sample(40, seed=11, level="1.4", as_of=DAY_ONE))
        scheme.bring("first")
        scheme.loaded = scheme.moment()
        yield scheme


@pytest.fixture
def scheme(first_load: ReconciledScheme) -> ReconciledScheme:
    """The scheme after its first load, to be changed."""
    assert first_load.loaded is not None
    first_load.back_to(first_load.loaded)
    return first_load


@pytest.fixture
def foreign(scheme: ReconciledScheme) -> ReconciledScheme:
    """The same DHIS2, as if another tool had filled it: we have no staging folder yet."""
    scheme.forget_everything()
    return scheme
