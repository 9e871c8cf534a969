"""Schemes that send what households pay, or what is given for products, after their first load."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import sample
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.scheme import COUNTRY, DAY_ONE, Scheme
from tests.system.guards.guarded import in_openimis
from tests.system.reconcile.reconciled import ReconciledScheme

ASKING = f"contributions = true\n{COUNTRY}"
ASKING_FOR_FUNDING = f"funding = true\n{COUNTRY}"


class PayingScheme(ReconciledScheme):
    """A scheme that knows the moment after its first load."""

    def __init__(
        self, folder: Path, sandbox: Sandbox, country: str = ASKING, *changes: str
    ) -> None:
        super().__init__(folder, sandbox)
        self.country = country
        self.pause_seconds = 0.01
        self.source.write(sample(40, seed=7, level="1.4", as_of=DAY_ONE, defects=False))
        in_openimis(self, *changes)
        self.set_up()
        self.bring("first")
        self.after_first = self.moment()

    def begin_anew(self, country: str) -> None:
        """Go back to the moment after the first load."""
        self.back_to(self.after_first)
        self.country = country
        self.sandbox.cues.clear()


@pytest.fixture(scope="module")
def paying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PayingScheme]:
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        yield PayingScheme(tmp_path_factory.mktemp("paying"), sandbox)


@pytest.fixture
def scheme(paying: PayingScheme) -> Scheme:
    paying.begin_anew(ASKING)
    return paying


GIVEN = (
    """UPDATE "tblPremium" SET "PayType" = 'F' WHERE "PremiumId" % 3 = 0""",
    """UPDATE "tblProduct" SET "LocationId" = (
        SELECT min("LocationId") FROM "tblLocations"
        WHERE "LocationType" = 'D' AND "ValidityTo" IS NULL)
    WHERE "ProdID" = (SELECT min("ProdID") FROM "tblProduct" WHERE "ValidityTo" IS NULL)""",
)
"""Every third payment is funding; one product is of a district, the others of the whole country."""


@pytest.fixture(scope="module")
def funded_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PayingScheme]:
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        folder = tmp_path_factory.mktemp("funded")
        yield PayingScheme(folder, sandbox, ASKING_FOR_FUNDING, *GIVEN)


@pytest.fixture
def funded(funded_once: PayingScheme) -> PayingScheme:
    funded_once.begin_anew(ASKING_FOR_FUNDING)
    return funded_once
