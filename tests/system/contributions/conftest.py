"""A scheme that sends what households pay, after its first load."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import sample
from tests.support.sandbox import running_sandbox
from tests.support.scheme import COUNTRY, DAY_ONE, Scheme
from tests.system.reconcile.reconciled import ReconciledScheme

ASKING = f"contributions = true\n{COUNTRY}"


class PayingScheme(ReconciledScheme):
    """A scheme that knows the moment after its first load."""

    def __init__(self, folder: Path, sandbox: object) -> None:
        super().__init__(folder, sandbox)  # type: ignore[arg-type]
        self.country = ASKING
        self.pause_seconds = 0.01
        self.begin(sample(40, seed=7, level="1.4", as_of=DAY_ONE, defects=False))
        self.bring("first")
        self.after_first = self.moment()


@pytest.fixture(scope="module")
def paying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PayingScheme]:
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        yield PayingScheme(tmp_path_factory.mktemp("paying"), sandbox)


@pytest.fixture
def scheme(paying: PayingScheme) -> Scheme:
    paying.back_to(paying.after_first)
    paying.country = ASKING
    paying.sandbox.cues.clear()
    return paying
