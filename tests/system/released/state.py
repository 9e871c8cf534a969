"""A state folder that released code has written, with a DHIS2 that holds what it was sent."""

import tarfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson

from flows.steps.load.post_bundle import PARAMETERS
from staging.current import switch
from staging.layout import Run
from staging.outbox import Bundle, bundles
from tests.support.sandbox import ADMIN, Sandbox
from tests.support.scheme import DAY_ONE, Scheme
from transforms.changes.objects.phases import DELETES, IDENTIFIERS, LISTS
from transforms.model.resources import TrackerType

HERE = Path(__file__).parent
RUNS = ("first", "second", "third")
POSTED = PARAMETERS


class Released(Scheme):
    """A scheme as a released package has left it, so many days after the first.

    Its DHIS2 is another than then: it is told again what that one was told.
    """

    def __init__(self, archive: Path, folder: Path, sandbox: Sandbox, days: int) -> None:
        super().__init__(folder, sandbox)
        with tarfile.open(archive) as kept:
            kept.extractall(folder / "scheme", filter="data")
        self.day = DAY_ONE + timedelta(days)
        self.set_up()
        for run_id in RUNS:
            self._tell_again(self.run(run_id))
        self._answer_here()

    def posted(self) -> list[dict[str, Any]]:
        """Return the tracker requests so far that hold objects."""
        return [each for each in self.sandbox.posted() if each["objects"]]

    def _tell_again(self, run: Run) -> None:
        if not run.manifest("outbox").exists():
            return
        for bundle in bundles(run):
            if bundle.sent.exists():
                self._post(bundle)

    def _post(self, bundle: Bundle) -> None:
        """Post what DHIS2 took: of a bundle without a receipt, all of it."""
        body = orjson.loads(bundle.body())
        if bundle.is_settled:
            body = _accepted(body, orjson.loads(bundle.receipt.read_bytes())["accepted"])
        strategy = "DELETE" if bundle.phase in DELETES else "CREATE_AND_UPDATE"
        params = POSTED | {"importStrategy": strategy}
        url = f"{self.sandbox.url}/api/tracker"
        httpx.post(url, params=params, json=body, auth=ADMIN).raise_for_status()

    def _answer_here(self) -> None:
        """Let DHIS2 have the marker of the last load, and the target its address."""
        here = {"base_url": self.sandbox.url, "system_id": None}
        switch(self.target, self.current.model_copy(update=here))
        current, key = self.current, str(self.current.staging_id)
        marker = {"staging": key, "run": current.last_run, "counter": current.counter}
        url = f"{self.sandbox.url}/api/dataStore/openimis-to-dhis2/{key}"
        httpx.post(url, json=marker, auth=ADMIN).raise_for_status()


def _accepted(body: dict[str, Any], accepted: dict[str, list[str]]) -> dict[str, Any]:
    return {
        LISTS[kind]: [
            each
            for each in body.get(LISTS[kind], ())
            if each[IDENTIFIERS[kind]] in accepted[kind.value]
        ]
        for kind in TrackerType
    }
