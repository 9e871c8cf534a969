"""A ministry on a real DHIS2: `tests.support.whole_ministry`, reached by its address alone."""

import json
import secrets
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
from flows.steps.load.population_figures import ImportResult, read_places, write_figures
from flows.steps.match.match_run import Beside
from flows.steps.set_up.set_up_run import set_up_run
from flows.steps.shared.acknowledged_frames import acknowledged
from flows.steps.shared.decisions import read_decisions
from flows.steps.target.read_back import Reader
from staging.rejects import read_rejects
from tests.live.outcomes import must
from tests.live.real_people import in_one_order, linked_on, people_of, pictured
from tests.support.ministry import ALL_OR_NOTHING, CLAIMS, GROUP
from tests.support.national_tree import ATTRIBUTE, Nation, coordinates_of, table_of
from tests.support.sandbox import Sandbox
from tests.support.scheme.job import extract
from tests.support.their_people import GROUP as HOSPITALS
from tests.support.whole_ministry import SETTINGS, WholeMinistry
from transforms.changes.guards.permissions import Allow
from transforms.model.resources import CLAIM_ENROLLMENTS, TRACKED_ENTITIES, Resource
from transforms.model.selected_columns import selected_for_set_up
from transforms.model.tables.calendars import CALENDARS
from transforms.package.tables.user_roles import LOADER, UserRole

COUNTRY = SETTINGS.replace(
    "[match.levels]", f'[match]\ncode_attribute = "{ATTRIBUTE}"\n\n[match.levels]'
)
IN_TABLE = 20
"""So many facilities a person's own table names."""
ALL = (Allow.DELETES, Allow.CHANGES, Allow.CREATES, Allow.EMPTIES)
AT_ONCE = 200


class RealMinistry(WholeMinistry):
    """A nation on a server that is reached by its address alone.

    Attributes:
        login: Of a superuser, who does what the ministry does.
        loader: Of who loads; until set-up has made the role, the superuser's.
    """

    def __init__(self, folder: Path, url: str, login: str, made: Nation) -> None:
        user, _, password = login.partition(":")
        self.url, self.login = url, (user, password)
        self.loader = self.login
        super().__init__(folder, cast("Sandbox", SimpleNamespace(url=url)), made)
        self.allow = ALL
        self.bundle_size = 200
        self.country = COUNTRY
        self.beside = Beside(coordinates_of(made), table_of(made, IN_TABLE))

    def job(self, run_id: str, **changes: Any) -> Any:
        """A run of the loader's; a real server may be slow."""
        patient = {"seconds": 900.0, "patience": Patience()}
        return super().job(run_id, **(patient | {"login": self.loader, "url": self.url} | changes))

    def client(self) -> Dhis2:
        """An administrator's, who calls everything as DHIS2 does."""
        return self.job("any", country=self.without_existing()).client_of(self.login)

    def set_up(self) -> None:
        """Set the server up for what openIMIS holds, and give the loader what a load needs."""
        job = self.job("set-up", root=self.folder / "set-up")
        shutil.rmtree(job.run.folder, ignore_errors=True)
        extract(job, selected_for_set_up(job.country))
        decisions = read_decisions(self.target, job.country)
        with job.client_of(self.login) as client:
            set_up_run(
                job.run, client, job.country, None, loader_user=self.loader[0], decisions=decisions
            )

    def make_loader(self) -> list[str]:
        """Make the user of the load, with the product's role; return the authorities."""
        self.loader = self.new_user(LOADER)
        self.set_up()
        with self.job("any").client() as client:
            return list(client.get("/api/me", {"fields": "authorities"})["authorities"])

    def new_user(self, role: UserRole, unit: str | None = None) -> tuple[str, str]:
        """Make a user as docs/how-to/give-users-access.md says; return name and password."""
        name, password = f"{role.key}-{secrets.token_hex(3)}", f"Aa1-{secrets.token_urlsafe(16)}"
        units = [{"id": unit}] if unit else []
        user = {
            "username": name, "password": password, "firstName": role.key, "surname": "Ministry",
            "userRoles": [{"id": role.uid}], "organisationUnits": units,
            "dataViewOrganisationUnits": units,
        }  # fmt: skip
        with self.client() as client:
            answer = client.exchange("POST", "/api/users", None, user)
            assert answer.ok, answer.body
            uid = answer.body["response"]["uid"]
            assert role.group is not None
            path = f"/api/userGroups/{role.group.uid}/users/{uid}"
            assert client.exchange("POST", path).ok
        return name, password

    def get(self, path: str, **params: str) -> Any:
        """Return what stands at a path."""
        with self.client() as client:
            return client.get(path, params)

    def strangers(self) -> int:
        """How many org units and programs the server has already."""
        kinds = ("organisationUnits", "programs")
        return sum(len(self.get(f"/api/{kind}", fields="id", paging="false")[kind])
                   for kind in kinds)  # fmt: skip

    def import_tree(self) -> None:
        """Let the server hold the nation's org units, level after level."""
        by_level: dict[int, list[dict[str, Any]]] = {}
        for row in self.made.units:
            unit = {name: value for name, value in row.items() if name != "path"}
            by_level.setdefault(row["path"].count("/"), []).append(
                {"openingDate": "1990-01-01"} | unit
            )
        code = {"id": ATTRIBUTE, "name": "Code in openIMIS", "valueType": "TEXT",
                "organisationUnitAttribute": True}  # fmt: skip
        with self.client() as client:
            answer = client.post("/api/metadata", ALL_OR_NOTHING, {"attributes": [code]})
            assert answer.ok, json.dumps(answer.body)[:2000]
            for _, units in sorted(by_level.items()):
                for start in range(0, len(units), AT_ONCE):
                    some = {"organisationUnits": units[start : start + AT_ONCE]}
                    answer = client.post("/api/metadata", ALL_OR_NOTHING, some)
                    assert answer.ok, json.dumps(answer.body)[:2000]

    def theirs(self, uids: Iterable[str] | None = None) -> bytes:
        """All that is the ministry's, as its owner, sorted, but for when it was last written."""
        with self.client() as client:
            read = pictured(client, self.their_objects())
            read["people"] = list(people_of(client, with_events=True).values())
        levels = self.get("/api/organisationUnitLevels", fields="id,name", paging="false")
        read["levels"] = levels["organisationUnitLevels"]
        return json.dumps(in_one_order(read), sort_keys=True, indent=1).encode()

    def linked(self) -> dict[str, list[str]]:
        """UID of each of the ministry's people to the programs in which the person is enrolled."""
        with self.client() as client:
            return linked_on(client, people_of(client))

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
        groups = self.get(
            "/api/organisationUnitGroups", fields="id,organisationUnits[id]", paging="false"
        )["organisationUnitGroups"]
        return sum(
            {"id": uid} in each["organisationUnits"] and each["id"] not in (GROUP, HOSPITALS)
            for each in groups
        )

    def change_unit(self, uid: str, **values: object) -> None:
        """Let the ministry change one of its org units, as its administrator does."""
        with self.client() as client:
            whole = present_objects(client, "organisationUnits", [uid])[uid] | values
            answer = client.post("/api/metadata", ALL_OR_NOTHING, {"organisationUnits": [whole]})
            must(answer.ok, f"DHIS2 does not change the org unit: {json.dumps(answer.body)[:500]}")

    def delete_unit(self, uid: str) -> None:
        """Let the ministry delete an org unit without data, as its administrator does."""
        with self.client() as client:
            answer = client.exchange("DELETE", f"/api/organisationUnits/{uid}")
            must(answer.ok, f"DHIS2 does not delete the org unit: {json.dumps(answer.body)[:500]}")

    def reasons(self, run_id: str) -> dict[str, dict[str, str]]:
        """Resource to id of openIMIS's row to why it waits."""
        rows = read_rejects(self.run(run_id)).filter(pl.col("stage") != "note").collect()
        found: dict[str, dict[str, str]] = {}
        for resource, key, reason in rows.select("resource", "id", "reason").iter_rows():
            found.setdefault(resource, {})[key] = reason
        return found

    def write_population(self) -> ImportResult:
        """Write figures of all districts."""
        codes = [row["code"] for row in self.made.places if row["kind"] == "district"]
        rows = pl.DataFrame({"code": codes, "year": "2025", "population": "1000"})
        with self.client() as client:
            places = read_places(self.target, None, self.settings)
            return write_figures(client, CALENDARS["iso8601"], self.settings, rows, places)


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
