"""A scheme whose DHIS2 is changed by hand and read back."""

import copy
import random
import string
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import polars as pl
from prefect.client.schemas.objects import State

from flows.reconcile import reconcile
from staging.layout import Target
from tests.crashes.contents import claimed, tracker
from tests.flows.scheme import Scheme
from tests.sandbox import ADMIN

IMPORT = {"async": "false", "atomicMode": "OBJECT", "reportMode": "FULL"}


@dataclass
class ReconciledScheme(Scheme):
    """A scheme of insurance."""

    empty: dict[str, Any] = field(default_factory=dict)
    filled: dict[str, Any] = field(default_factory=dict)

    def hold(self, content: dict[str, Any]) -> None:
        """Let DHIS2 hold what it held at another moment."""
        state = self.sandbox.state
        with state.lock:
            for name, value in copy.deepcopy(content).items():
                setattr(state, name, value)
            state.metadata_changed()

    def reconcile(self, **more: Any) -> State[Any]:
        """Read DHIS2 back; return how that ended."""
        return reconcile(
            "ministry", self.country_file, self.staging_root, return_state=True, **more
        )

    def post(self, strategy: str, **objects: Any) -> None:
        """Change DHIS2 by hand."""
        answer = httpx.post(
            f"{self.sandbox.url}/api/tracker",
            params=IMPORT | {"importStrategy": strategy},
            json=objects,
            auth=ADMIN,
        )
        assert answer.json()["status"] == "OK", answer.text

    def posted_bundles(self) -> list[dict[str, Any]]:
        """Return the requests so far that changed people, enrollments or events."""
        return [each for each in self.written() if each["path"].startswith("/api/tracker")]

    def findings(self, run_id: str) -> pl.DataFrame:
        """Return what a reconciliation found."""
        return pl.read_parquet(self.staging_root / f"runs/{run_id}/reconciliation/findings.parquet")

    def totals(self, run_id: str) -> pl.DataFrame:
        """Return what the three hold, by resource and org unit."""
        return pl.read_parquet(self.staging_root / f"runs/{run_id}/reconciliation/totals.parquet")

    def held(self) -> dict[str, Any]:
        """Return what DHIS2 holds; values that are empty are none."""
        return tracker(self.sandbox)

    def acknowledged(self) -> dict[str, Any]:
        """Return what acknowledged says that DHIS2 holds."""
        return claimed(Target(self.staging_root, "ministry"))


def new_uid(seed: int) -> str:
    """Return a UID that nobody has."""
    chosen = random.Random(seed)
    return "x" + "".join(chosen.choices(string.ascii_letters + string.digits, k=10))


def today() -> str:
    """Return today's date as DHIS2 takes it."""
    return datetime.now(UTC).date().isoformat()
