"""Several readings at once: the same file as one after another, and no more requests at once."""

import threading
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.responses import Response

from flows.steps.target.read_back import Paging, Reader, read_back
from staging.layout import Run
from tests.system.load.scripted_server import Asked, failure, json, running
from transforms.core.errors import TargetError
from transforms.core.uids import hashed_uid
from transforms.dhis2.tables.versions import DIALECTS
from transforms.model.resources import POLICY_EVENTS

NEWEST = DIALECTS[max(DIALECTS)]
PLACES, PAGES, PAGE = 12, 3, 4
PAGING = Paging(page=PAGE, slice=PAGE * PAGES)
LONG = 20.0


def uid(*parts: object) -> str:
    return str(pl.select(hashed_uid(pl.lit(" ".join(map(str, parts))))).item())


class Clinic:
    """A DHIS2 with events at a dozen places, each as many as a reading may be deep."""

    def __init__(self, at_once: int = 1) -> None:
        self._lock = threading.Lock()
        self._together = threading.Barrier(at_once, timeout=LONG)
        self.at_once = self.most = 0
        self.asked: Counter[str] = Counter()

    def answer(self, asked: Asked, number: int) -> Response:
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        try:
            return json(self._content(asked))
        finally:
            with self._lock:
                self.at_once -= 1

    def _content(self, asked: Asked) -> dict[str, Any]:
        if asked.path.endswith("organisationUnits"):
            return {"organisationUnits": [{"id": each} for each in places(asked.query["filter"])]}
        place, page = asked.query.get("orgUnit"), int(asked.query["page"])
        if asked.query["orgUnitMode"] == "SELECTED":
            count = 0
        elif place in (None, uid("root")):
            count = PLACES * PAGES
        else:
            count = PAGES
            if self._together.parties > 1 and page == 1:
                self._together.wait()
        events = [event(place, page, each) for each in range(PAGE)] if page <= count else []
        return {NEWEST.page_key or "events": events}


def places(condition: str) -> list[str]:
    """The root, or the places below org units: below the places there is nothing."""
    if condition == "level:eq:1":
        return [uid("root")]
    is_below_root = condition == f"parent.id:in:[{uid('root')}]"
    return [uid("place", each) for each in range(PLACES)] if is_below_root else []


def event(place: str | None, page: int, number: int) -> dict[str, Any]:
    return {
        "event": uid(place, page, number),
        "enrollment": uid("enrollment"),
        "programStage": POLICY_EVENTS.stage,
        "orgUnit": place,
        "status": "COMPLETED",
        "occurredAt": "2026-01-01T00:00:00.000",
        "deleted": False,
        "dataValues": [],
    }


def read(clinic: Clinic, root: Path, name: str, at_once: int) -> tuple[int, bytes]:
    """Return how many events were read, and the file."""
    with running(clinic.answer) as server:
        reader = Reader(server.client(), NEWEST, PAGING, at_once=at_once)
        run = Run(root, name)
        rows = read_back(run, reader, POLICY_EVENTS, [])
    return rows, run.read_back(POLICY_EVENTS.name).read_bytes()


def test_the_file_is_the_same_whatever_the_number_at_once(tmp_path: Path) -> None:
    one_by_one = read(Clinic(), tmp_path, "one-by-one", at_once=1)

    assert one_by_one[0] == PLACES * PAGES * PAGE
    assert read(Clinic(), tmp_path, "at-once", at_once=4) == one_by_one


def test_as_many_requests_are_made_at_once_as_is_set_and_no_more(tmp_path: Path) -> None:
    clinic = Clinic(at_once=3)

    read(clinic, tmp_path, "at-once", at_once=3)

    assert clinic.most == 3


def test_what_dhis2_refuses_ends_the_reading_and_leaves_no_file(tmp_path: Path) -> None:
    clinic = Clinic()

    def answer(asked: Asked, number: int) -> Response:
        return failure(401) if number > PLACES + 10 else clinic.answer(asked, number)

    with running(answer) as server:
        reader = Reader(server.client(), NEWEST, PAGING, at_once=4)
        with pytest.raises(TargetError):
            read_back(Run(tmp_path, "refused"), reader, POLICY_EVENTS, [])

    assert not Run(tmp_path, "refused").read_back(POLICY_EVENTS.name).exists()
