"""The story of a ministry's tree on a real, empty, disposable DHIS2 of version 2.42.

    python -m tests.live.ministry http://127.0.0.1:8142 admin:district [facilities insurees]

It fills the server with a nation's org units, and a program of others with people; matches, sets
up, loads, loads again, changes decisions, lets the tree drift, and withdraws. After each step all
that is the ministry's is read as its owner, and compared byte for byte with what it was.
"""

import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from time import monotonic
from types import SimpleNamespace
from typing import Any, cast

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import present_objects
from flows.steps.compare.bundles import stage_bundles
from flows.steps.compare.changes import stage_withdrawal
from flows.steps.load.load_run import load_run, loading
from flows.steps.load.population_figures import read_places, write_figures
from flows.steps.set_up.set_up_run import set_up_run
from flows.steps.shared.decisions import read_decisions
from flows.steps.target.read_back import Reader
from staging.current import read_current
from staging.rejects import read_rejects
from staging.runs import at_work
from tests.support.ministry import CLAIMS, GROUP, NUMBER, PEOPLE, PROGRAM, SETTINGS, TYPE, Ministry
from tests.support.national_tree import ROOT, Nation, nation
from tests.support.sandbox import Sandbox
from tests.support.scheme.job import extract
from transforms.changes.guards.permissions import Allow
from transforms.model.resources import CLAIM_ENROLLMENTS, TRACKED_ENTITIES, Resource
from transforms.model.selected_columns import selected_for_set_up
from transforms.model.tables.calendars import CALENDARS

ALL = (Allow.SUPERUSER, Allow.DELETES, Allow.CHANGES, Allow.CREATES)
CHANGING = ("lastUpdated", "lastUpdatedBy", "href", "access")
AT_ONCE = 200
KINDS = {
    "trackedEntityTypes": [TYPE],
    "trackedEntityAttributes": [NUMBER],
    "organisationUnitGroups": [GROUP],
    "programs": [PROGRAM],
}


class RealMinistry(Ministry):
    """A nation on a server that is reached by its address alone."""

    def __init__(self, folder: Path, url: str, login: str, made: Nation) -> None:
        user, _, password = login.partition(":")
        self.url, self.login = url, (user, password)
        super().__init__(folder, cast("Sandbox", SimpleNamespace(url=url)), made)
        self.allow = ALL

    def job(self, run_id: str, **changes: Any) -> Any:
        """A run of the administrator's, who is a superuser."""
        return super().job(run_id, **({"login": self.login, "url": self.url} | changes))

    def client(self) -> Dhis2:
        """An administrator's."""
        return self.job("any").client_of(self.login)

    def set_up(self) -> None:
        """Set the server up for what openIMIS holds; the administrator loads too."""
        job = self.job("set-up", root=self.folder / "set-up")
        shutil.rmtree(job.run.folder, ignore_errors=True)
        extract(job, selected_for_set_up(job.country))
        decisions = read_decisions(self.target, job.country)
        with self.client() as client:
            set_up_run(
                job.run, client, job.country, None, loader_user=self.login[0], decisions=decisions
            )

    def get(self, path: str, **params: str) -> Any:
        """Return what stands at a path."""
        with self.client() as client:
            return client.get(path, params)

    def import_tree(self) -> None:
        """Let the server hold the nation's org units, level after level."""
        by_level: dict[int, list[dict[str, Any]]] = {}
        for row in self.made.units:
            unit = {name: value for name, value in row.items() if name != "path"}
            by_level.setdefault(row["path"].count("/"), []).append(
                {"openingDate": "1990-01-01"} | unit
            )
        with self.client() as client:
            for _, units in sorted(by_level.items()):
                for start in range(0, len(units), AT_ONCE):
                    some = {"organisationUnits": units[start : start + AT_ONCE]}
                    params = {"atomicMode": "ALL", "importStrategy": "CREATE_AND_UPDATE"}
                    answer = client.post("/api/metadata", params, some)
                    assert answer.ok, json.dumps(answer.body)[:2000]

    def theirs(self) -> bytes:
        """All that is the ministry's, as its owner, sorted, but for when it was last written."""
        units = sorted(row["id"] for row in self.made.units)
        read: dict[str, Any] = {"organisationUnits": []}
        for start in range(0, len(units), AT_ONCE):
            named = ",".join(units[start : start + AT_ONCE])
            read["organisationUnits"] += self.get(
                "/api/organisationUnits", fields=":owner", filter=f"id:in:[{named}]", paging="false"
            )["organisationUnits"]
        for kind, uids in KINDS.items():
            read[kind] = self.get(
                f"/api/{kind}", fields=":owner", filter=f"id:in:[{','.join(uids)}]", paging="false"
            )[kind]
        read["levels"] = self.get("/api/organisationUnitLevels", fields="id,name", paging="false")[
            "organisationUnitLevels"
        ]
        read["people"] = self.get(
            "/api/tracker/trackedEntities",
            program=PROGRAM,
            orgUnitMode="ACCESSIBLE",
            order="createdAt",
            page="1",
            pageSize="1000",
            fields="trackedEntity,orgUnit,deleted,attributes[attribute,value],programOwners[orgUnit,program]",
        )["trackedEntities"]
        return json.dumps(_plain(read), sort_keys=True, indent=1).encode()

    def held(self, resource: Resource) -> dict[str, int]:
        """Org unit to how many of a resource the server has there."""
        with self.client() as client:
            reader = Reader(client, client.system_info().dialect)
            found = {
                str(next(iter(row.values()))): row["orgUnit"]
                for page in reader.pages(resource)
                for row in (_with_uid_first(resource, each) for each in page)
                if row["orgUnit"] and not row.get("deleted")
            }
        return dict(Counter(found.values()))

    def claims_by_org_unit(self) -> dict[str, int]:
        """Org unit to the claims that DHIS2 has there."""
        return self.held(CLAIM_ENROLLMENTS)

    def change_unit(self, uid: str, **values: object) -> None:
        """Let the ministry change one of its org units, as its administrator does."""
        with self.client() as client:
            whole = present_objects(client, "organisationUnits", [uid])[uid] | values
            params = {"atomicMode": "ALL", "importStrategy": "CREATE_AND_UPDATE"}
            answer = client.post("/api/metadata", params, {"organisationUnits": [whole]})
            assert answer.ok, json.dumps(answer.body)[:2000]

    def reasons(self, run_id: str) -> str:
        """Why something waits, and how much for it."""
        rows = read_rejects(self.run(run_id)).filter(pl.col("stage") != "note").collect()
        counts = rows.group_by("resource", "reason").len().sort("resource", "reason").rows()
        return "; ".join(f"{resource} {reason} {count}" for resource, reason, count in counts)

    def write_population(self) -> str:
        """Write figures of all districts."""
        codes = [row["code"] for row in self.made.places if row["kind"] == "district"]
        rows = pl.DataFrame({"code": codes, "year": "2025", "population": "1000"})
        with self.client() as client:
            places = read_places(self.target, None, self.settings)
            done = write_figures(client, CALENDARS["iso8601"], self.settings, rows, places)
        return done.markdown

    def withdraw(self) -> None:
        """Delete all that is ours."""
        job, current = self.job("withdrawal"), read_current(self.target)
        assert current is not None
        with at_work(job.run):
            stage_withdrawal(job.run, self.target, current)
            stage_bundles(job.run, 100)
        with loading(job.run, self.target), job.client() as client:
            load_run(job.run, self.target, client, job.country, ALL)


def _with_uid_first(resource: Resource, thing: dict[str, Any]) -> dict[str, Any]:
    name = "trackedEntity" if resource is TRACKED_ENTITIES else "enrollment"
    return {name: thing[name], "orgUnit": thing.get("orgUnit"), "deleted": thing.get("deleted")}


def _plain(value: Any) -> Any:
    """Return a value without what changes by itself, and lists in one order."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if name not in CHANGING}
    if isinstance(value, list):
        return sorted(
            (_plain(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True)
        )
    return value


def _same(one: dict[str, int], other: dict[str, int]) -> str:
    return f"{sum(one.values())} in {len(one)} org units, equal: {one == other}"


def main(url: str, login: str, facilities: str = "1500", insurees: str = "2000") -> None:
    """Tell the story; print what was seen."""
    ministry = RealMinistry(
        Path(mkdtemp(prefix="ministry")), url, login, nation(int(facilities), seed=1)
    )
    ministry.import_tree()
    ministry.fill(int(insurees))
    ministry.match()
    left = ministry.decide_all()
    before = ministry.theirs()

    def step(name: str, do: Callable[[], object]) -> None:
        began = monotonic()
        said = f"{do() or ''} ({monotonic() - began:.0f} s)"
        print(f"{name}: theirs as before: {ministry.theirs() == before}; {said}", flush=True)

    step("set-up", ministry.set_up)
    step("day one", lambda: ministry.bring("one"))
    print("people", _same(ministry.held(TRACKED_ENTITIES), ministry.counted(PEOPLE)))
    print("claims", _same(ministry.held(CLAIM_ENROLLMENTS), ministry.counted(CLAIMS)))
    step("again", lambda: ministry.bring("again"))
    for key in left:
        ministry.decide(key, decision="none", dhis2_uid=None, who="Asha")
    district = next(key for key, row in ministry.rows().items() if row["kind"] == "district")
    ministry.decide(district, dhis2_uid=ROOT)
    step("a changed decision", lambda: ministry.bring("moved"))
    print("people", _same(ministry.held(TRACKED_ENTITIES), ministry.counted(PEOPLE)))
    print("claims", _same(ministry.held(CLAIM_ENROLLMENTS), ministry.counted(CLAIMS)))
    step("population", ministry.write_population)

    key, closed = ministry.busy_facility()
    ministry.change_unit(closed, closedDate="2025-12-29T00:00:00.000")
    ministry.change_unit(str(ministry.rows()[district]["dhis2_uid"]), name="Nation, renamed")
    ministry.decide(key, when="2025-12-01 10:00", who="Asha")
    ministry.enter_claim(key, date(2025, 12, 30))
    before = ministry.theirs()
    step("a drifted tree", lambda: ministry.bring("drifted"))
    print(ministry.reasons("drifted"))
    ministry.decide(key, when="2026-01-02 10:00", who="Juma")
    step("decided again", lambda: ministry.bring("again-decided"))
    print("claims", _same(ministry.held(CLAIM_ENROLLMENTS), ministry.counted(CLAIMS)))

    ministry.country = SETTINGS.replace(
        "[waiting]", '[match.unmatched]\nfacility = "create"\n[waiting]'
    )
    step("set-up with create", ministry.set_up)
    step("facilities are made", lambda: ministry.bring("made"))
    units = ministry.get("/api/organisationUnits", fields="id", paging="false")
    print("org units made:", len(units["organisationUnits"]) - len(ministry.made.units))
    print(ministry.reasons("made"))

    ministry.next_day()
    step("a day of changes", lambda: ministry.bring("two"))
    step("reconcile", lambda: f"{len(ministry.look('look'))} findings")
    step("withdraw", ministry.withdraw)
    print("people left", sum(ministry.held(TRACKED_ENTITIES).values()))


if __name__ == "__main__":
    main(*sys.argv[1:])
