"""A nation on a real DHIS2: as `tests.support.ministry`, and reached by its address alone."""

import json
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import present_objects
from flows.connectors.dhis2.retry import Patience
from flows.steps.load.population_figures import read_places, write_figures
from flows.steps.set_up.set_up_run import set_up_run
from flows.steps.shared.acknowledged_frames import acknowledged
from flows.steps.shared.decisions import read_decisions
from flows.steps.target.read_back import Reader
from staging.rejects import read_rejects
from tests.support.ministry import CLAIMS, GROUP, NUMBER, PROGRAM, TYPE, Ministry
from tests.support.national_tree import Nation
from tests.support.sandbox import Sandbox
from tests.support.scheme.job import extract
from transforms.changes.guards.permissions import Allow
from transforms.model.resources import CLAIM_ENROLLMENTS, TRACKED_ENTITIES, Resource
from transforms.model.selected_columns import selected_for_set_up
from transforms.model.tables.calendars import CALENDARS

ALL = (Allow.SUPERUSER, Allow.DELETES, Allow.CHANGES, Allow.CREATES)
CHANGING = ("lastUpdated", "lastUpdatedBy", "href", "access")
AT_ONCE = 200
SHOWN = "attributes[attribute,value],programOwners[orgUnit,program]"
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
        """A run of the administrator's, who is a superuser; a real server may be slow."""
        patient = {"seconds": 900.0, "patience": Patience()}
        return super().job(run_id, **(patient | {"login": self.login, "url": self.url} | changes))

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
        read["people"] = self.their_patients()
        return json.dumps(in_one_order(read), sort_keys=True, indent=1).encode()

    def their_patients(self) -> list[dict[str, Any]]:
        """The people of the ministry's program."""
        with self.client() as client:
            dialect = client.system_info().dialect
            params = {
                "program": PROGRAM,
                dialect.org_unit_mode: "ACCESSIBLE",
                "order": "createdAt",
                "page": "1",
                "pageSize": "1000",
                "fields": f"trackedEntity,orgUnit,deleted,{SHOWN}",
            }
            page = client.get("/api/tracker/trackedEntities", params)
        return list(page[dialect.page_key or "trackedEntities"])

    def held(self, resource: Resource) -> dict[str, int]:
        """Org unit to how many of a resource the server has there.

        No program lists a person who is enrolled in none, while her claims wait: asked by UID.
        """
        with self.client() as client:
            reader = Reader(client, client.system_info().dialect)
            found = _places(resource, reader.pages(resource))
            unlisted = sorted(set(self._confirmed(resource)) - found.keys())
            found |= _places(resource, reader.query(resource, unlisted))
        return dict(Counter(found.values()))

    def _confirmed(self, resource: Resource) -> list[str]:
        """UIDs of what the server has confirmed of a resource."""
        frames = [
            acknowledged(self.target, self.current, resource, number)
            for number in range(self.current.partitions)
        ]
        rows = pl.concat(frames, how="diagonal").filter(state="held").select("uid").collect()
        return rows["uid"].to_list()

    def claims_by_org_unit(self) -> dict[str, int]:
        """Org unit to the claims that DHIS2 has there."""
        return self.held(CLAIM_ENROLLMENTS)

    def counted_claims(self) -> dict[str, int]:
        """Org unit to the claims that openIMIS has there, by the decisions."""
        return self.counted(CLAIMS)

    def our_groups_of(self, uid: str) -> int:
        """In how many groups an org unit is, besides the ministry's own."""
        groups = self.get(f"/api/organisationUnits/{uid}", fields="organisationUnitGroups[id]")
        return len([each for each in groups["organisationUnitGroups"] if each["id"] != GROUP])

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


def _places(resource: Resource, pages: Iterable[list[dict[str, Any]]]) -> dict[str, str]:
    """UID to the org unit of what is not deleted."""
    return {
        str(next(iter(row.values()))): row["orgUnit"]
        for page in pages
        for row in (_with_uid_first(resource, each) for each in page)
        if row["orgUnit"] and not row.get("deleted")
    }


def _with_uid_first(resource: Resource, thing: dict[str, Any]) -> dict[str, Any]:
    name = "trackedEntity" if resource is TRACKED_ENTITIES else "enrollment"
    return {name: thing[name], "orgUnit": thing.get("orgUnit"), "deleted": thing.get("deleted")}


def in_one_order(value: Any) -> Any:
    """Return a value without what changes by itself, and lists in one order."""
    if isinstance(value, dict):
        return {name: in_one_order(each) for name, each in value.items() if name not in CHANGING}
    if isinstance(value, list):
        ordered = (in_one_order(each) for each in value)
        return sorted(ordered, key=lambda each: json.dumps(each, sort_keys=True))
    return value
