"""A scheme whose DHIS2 is changed by hand and read back."""

import random
import shutil
import string
from pathlib import Path
from typing import Any

import httpx
import polars as pl

from flows.steps.load.post_bundle import PARAMETERS
from flows.steps.reconcile.reconcile_run import reconcile_run, reconciling
from flows.steps.target.read_back import Paging
from tests.support.sandbox import ADMIN, Sandbox
from tests.support.sandbox.state import LOG_LENGTH
from tests.support.scheme import Moment, Scheme
from tests.support.scheme.contents import Content, as_claimed, claimed, tracker
from transforms.changes.guards.permissions import Allow

PAGED = Paging(page=50, slice=200)


class ReconciledScheme(Scheme):
    """A scheme of insurance."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        super().__init__(folder, sandbox)
        self.loaded: Moment | None = None

    def look(self, run_id: str, *, repair: bool = False, adopt_with: str | None = None) -> None:
        """Read DHIS2 back; it adopts the objects of the run that is named for that."""
        job = self.job(run_id)
        asked = {"repair": repair, "adopt": adopt_with is not None}
        with reconciling(job.run, job.target, adopt_with, **asked) as basis, job.client() as client:
            reconcile_run(basis, client, paging=PAGED)

    def forget_everything(self) -> None:
        """Lose the staging folder, and the marker that it left in DHIS2."""
        shutil.rmtree(self.staging_root)
        self.sandbox.state.data_store.clear()

    def by_hand(self, strategy: str, **objects: Any) -> None:
        """Change DHIS2 by hand."""
        answer = httpx.post(
            f"{self.sandbox.url}/api/tracker",
            params=PARAMETERS | {"importStrategy": strategy},
            json=objects,
            auth=ADMIN,
        )
        assert answer.json()["status"] == "OK", answer.text

    def lose_an_empty_village(self) -> str:
        """Let DHIS2 lack an org unit in which nothing lies; return its UID."""
        held = self.held()
        used = {row["orgUnit"] for rows in held.values() for row in rows.values()}
        state = self.sandbox.state
        with state.lock:
            units = state.metadata["organisationUnits"]
            above = {(unit.get("parent") or {}).get("id") for unit in units.values()}
            uid = next(uid for uid in units if uid not in above | used)
            del units[uid]
            for kind in ("programs", "organisationUnitGroups"):
                for thing in state.metadata[kind].values():
                    members = thing.get("organisationUnits") or []
                    thing["organisationUnits"] = [each for each in members if each["id"] != uid]
            state.metadata_changed()
        return uid

    def bring_to_restored(self, run_id: str) -> None:
        """Bring DHIS2 up to date, which was restored, as one knows."""
        self.bring(run_id, allow=(Allow.DELETES, Allow.RESTORED_TARGET))

    def report(self, run_id: str, name: str) -> pl.DataFrame:
        """Return `findings` or `totals` of a reconciliation."""
        return pl.read_parquet(self.job(run_id).run.reconciliation(name))

    def held(self) -> Content:
        """Return what DHIS2 holds; values that are empty are none."""
        return tracker(self.sandbox)

    def is_known(self) -> bool:
        """Whether acknowledged says what DHIS2 holds."""
        return as_claimed(self.held()) == claimed(self.target)

    def count_objects_from_now(self) -> None:
        """Forget what was posted: the log holds the latest requests alone, so a sum could fall."""
        with self.sandbox.state.lock:
            self.sandbox.app.log.clear()

    def objects_posted(self) -> int:
        """Return how many objects were sent since counting began."""
        assert len(self.sandbox.requests) < LOG_LENGTH
        return sum(sum(row["objects"].values()) for row in self.sandbox.posted("/api/tracker"))


def new_uid(seed: int) -> str:
    """Return a UID that nobody has."""
    chosen = random.Random(seed)
    return "x" + "".join(chosen.choices(string.ascii_letters + string.digits, k=10))
