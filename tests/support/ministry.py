"""A ministry's DHIS2 with a tree and a program of its own, and an openIMIS that is loaded into it.

What is the ministry's is read before and after everything, and compared byte for byte. Which org
unit a place is, the truth of the nation says: decisions are written into the file as a person does.
"""

import csv
import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import present_objects
from flows.connectors.dhis2.references import change_references
from flows.steps.load.post_bundle import PARAMETERS
from flows.steps.match.match_run import Beside, match_run
from flows.steps.reconcile.reconcile_run import reconcile_run, reconciling
from flows.steps.shared.decisions import holder_of_matches
from staging.matches import read_matches
from tests.support.national_tree import ROOT, Nation, openimis_tables
from tests.support.sandbox import ADMIN, Sandbox
from tests.support.scheme import Scheme
from tests.support.scheme.job import extract
from transforms.model.selected_columns import selected_places
from transforms.model.tables.programs import CLAIM_PROGRAM

SETTINGS = f"""
org_units = "match"

[root]
uid = "{ROOT}"
name = "Another name of the nation"
short_name = "Another name"

[levels]
region = "Another name of regions"

[match.levels]
region = [2]
district = [3]
facility = [4]

[waiting]
hours = 0

[privacy]
"Place in openIMIS" = "send"
"Health facility in openIMIS" = "send"
"""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLASSES = (
    "organisationUnits", "organisationUnitLevels", "organisationUnitGroups",
    "trackedEntityTypes", "trackedEntityAttributes", "programs",
)  # fmt: skip
TYPE, NUMBER, PROGRAM, GROUP = "TheirPerso1", "TheirNumbe1", "TheirProgr1", "TheirGroup1"
LEVELS = {2: "Province", 3: "Zone", 4: "Health area"}
ALL_OR_NOTHING = {"atomicMode": "ALL", "importStrategy": "CREATE_AND_UPDATE"}
OPEN = 3
"""So many health facilities are left undecided."""


class Ministry(Scheme):
    """A nation whose DHIS2 was there first."""

    def __init__(self, folder: Path, sandbox: Sandbox, made: Nation, country: str = SETTINGS):
        super().__init__(folder, sandbox, country=country)
        self.made = made
        self.matchings = 0
        self.beside = Beside()

    def client(self) -> Dhis2:
        """An administrator's."""
        return self.job("any").client_of(ADMIN)

    def fill(self, insurees: int) -> None:
        """Let openIMIS hold the nation, and DHIS2 a program of its ministry with people."""
        self.source.write(openimis_tables(self.made, insurees))
        with self.client() as client:
            answer = client.post("/api/metadata", ALL_OR_NOTHING, their_metadata(self.made))
            assert answer.ok, answer.body
            admin = client.get("/api/me", {"fields": "id,username"})["id"]
            assert change_references(client, f"/api/users/{admin}/organisationUnits", [ROOT])
            client.post("/api/maintenance", {"cacheClear": "true"})
            answer = client.post(
                "/api/tracker", PARAMETERS | {"importStrategy": "CREATE"}, their_people(self.made)
            )
            assert answer.ok, answer.body

    def match(self) -> None:
        """Match as the flow does."""
        self.matchings += 1
        job = self.job(f"match{self.matchings}")
        extract(job, selected_places(job.country))
        with self.client() as client:
            match_run(job.run, self.target, client, job.country, self.beside, NOW, "Asha")

    def rows(self) -> dict[str, dict[str, str | None]]:
        """UUID of a place to its row of the file."""
        rows, _ = read_matches(holder_of_matches(self.target, self.settings))
        return {row["openimis_uuid"]: row for row in rows.to_dicts()}

    def decide(self, key: str, **cells: str | None) -> None:
        """Change cells of a row, as a person does."""
        rows, _ = read_matches(self.target)
        is_row = pl.col("openimis_uuid") == key
        rows.with_columns(
            pl.when(is_row).then(pl.lit(value, pl.String)).otherwise(name).alias(name)
            for name, value in cells.items()
        ).write_csv(self.target.matches, separator=";", include_bom=True)

    def decide_all(self) -> list[str]:
        """Decide by the truth what the matcher leaves open, but for some facilities; return these.

        What lies below a place can be matched once that is decided. What stays open are facilities
        with claims.
        """
        for kind in ("region", "district"):
            if found := self._open(kind):
                self._decide(found)
                self.match()
        claims = self._claims_by_place()
        facilities = sorted(self._open("facility"), key=lambda key: -claims.get(key, 0))
        self._decide(facilities[OPEN:])
        return facilities[:OPEN]

    def _claims_by_place(self) -> dict[str, int]:
        """UUID of a facility to the claims that openIMIS has there."""
        with closing(sqlite3.connect(self.database)) as connection:
            return {self.made.places[number - 1]["key"]: count
                    for number, count in connection.execute(CLAIMS)}  # fmt: skip

    def _open(self, kind: str) -> list[str]:
        return [
            key
            for key, row in self.rows().items()
            if (row["kind"], row["decision"]) == (kind, "to decide")
        ]

    def _decide(self, keys: list[str]) -> None:
        for key in keys:
            uid = self.made.truth[key]
            self.decide(key, decision="accepted" if uid else "none", dhis2_uid=uid, who="Asha")

    def busy_facility(self) -> tuple[str, str]:
        """UUID and org unit of a facility with claims, whose org unit no other place has."""
        claims, rows = self.claims_by_org_unit(), self.rows()
        units = [row["dhis2_uid"] for row in rows.values()]
        return next(
            (key, uid)
            for key, row in rows.items()
            if (row["kind"], row["in_openimis"]) == ("facility", "yes")
            and (uid := row["dhis2_uid"]) in claims
            and units.count(uid) == 1
        )

    def free_of_data(self) -> str:
        """The org unit of a facility at which DHIS2 has no data, and below which nothing lies."""
        used = self.claims_by_org_unit()
        above = {(row.get("parent") or {}).get("id") for row in self.made.units}
        return next(
            str(row["dhis2_uid"])
            for row in self.rows().values()
            if (row["kind"], row["in_openimis"], row["decision"]) == ("facility", "yes", "accepted")
            and row["dhis2_uid"] not in {*used, *above}
        )

    def free_unit(self) -> str:
        """An org unit of the ministry's that no place has, and below which nothing lies."""
        used = {row["dhis2_uid"] for row in self.rows().values()}
        above = {(row.get("parent") or {}).get("id") for row in self.made.units}
        return next(
            str(row["id"])
            for row in self.made.units
            if row["id"] not in used | above and "closedDate" not in row
        )

    def change_unit(self, uid: str, **values: object) -> None:
        """Let the ministry change one of its org units."""
        with self.sandbox.state.lock:
            self.sandbox.state.metadata["organisationUnits"][uid] |= values
            self.sandbox.state.metadata_changed()

    def delete_unit(self, uid: str) -> None:
        """Let the ministry delete an org unit that has no data."""
        with self.sandbox.state.lock:
            del self.sandbox.state.metadata["organisationUnits"][uid]
            for kind in ("programs", "organisationUnitGroups", "dataSets"):
                for thing in self.sandbox.state.metadata[kind].values():
                    members = thing.get("organisationUnits") or []
                    thing["organisationUnits"] = [each for each in members if each["id"] != uid]
            self.sandbox.state.metadata_changed()

    def merge_units(self, source: str, target: str) -> None:
        """Let the ministry merge an org unit into another: DHIS2 moves all data, also ours."""
        state = self.sandbox.state
        with state.lock:
            for person in state.tracker.tracked_entities.values():
                person.org_unit = target if person.org_unit == source else person.org_unit
                person.owners = tuple(target if each == source else each for each in person.owners)
            for row in (*state.tracker.enrollments.values(), *state.tracker.events.values()):
                row.org_unit = target if row.org_unit == source else row.org_unit
            state.tracker.revision += 1
            for kind in ("programs", "organisationUnitGroups", "dataSets"):
                for thing in state.metadata[kind].values():
                    members = thing.get("organisationUnits") or []
                    if {"id": source} in members and {"id": target} not in members:
                        thing["organisationUnits"] = [*members, {"id": target}]
        self.delete_unit(source)

    def enter_claim(self, facility: str, day: date) -> str:
        """Enter a claim at a facility, as another was entered (there, if any); return its UUID."""
        site = next(n for n, row in enumerate(self.made.places, 1) if row["key"] == facility)
        with closing(sqlite3.connect(self.database)) as connection:
            columns = [row[1] for row in connection.execute("PRAGMA table_info(tblClaim)")]
            one = "SELECT * FROM tblClaim WHERE ValidityTo IS NULL ORDER BY HFID <> ? LIMIT 1"
            row = dict(zip(columns, connection.execute(one, (site,)).fetchone(), strict=True))
            [last] = connection.execute("SELECT MAX(ClaimID) FROM tblClaim").fetchone()
            uuid = str(uuid5(NAMESPACE_OID, f"claim {last}"))
            then = day.isoformat() + str(row["DateClaimed"])[10:]
            row |= {"ClaimID": last + 1, "ClaimUUID": uuid, "DateClaimed": then, "HFID": site}
            marks = ", ".join("?" for _ in row)
            connection.execute(f"INSERT INTO tblClaim VALUES ({marks})", list(row.values()))
            connection.commit()
        return uuid

    def look(self, run_id: str) -> pl.DataFrame:
        """Read DHIS2 back, and return what is found."""
        job = self.job(run_id)
        asked = {"repair": False, "adopt": False}
        with reconciling(job.run, job.target, None, **asked) as basis, job.client() as client:
            reconcile_run(basis, client)
        return pl.read_parquet(job.run.reconciliation("findings"))

    def theirs(self) -> bytes:
        """All that is the ministry's, as its owner: metadata, and people with what is below."""
        units = [row["id"] for row in self.made.units]
        named = {
            "organisationUnits": units,
            "organisationUnitLevels": list(level_uids()),
            "organisationUnitGroups": [GROUP],
            "trackedEntityTypes": [TYPE],
            "trackedEntityAttributes": [NUMBER],
            "programs": [PROGRAM],
        }
        with self.client() as client:
            read = {
                kind: sorted(present_objects(client, kind, set(named[kind])).items())
                for kind in CLASSES
            }
            levels = client.get(
                "/api/organisationUnitLevels", {"fields": "id,name", "paging": "false"}
            )
        people = {
            uid: row for uid, row in self.sandbox.tracked_entities().items() if uid in their_uids()
        }
        read |= {"levels": levels["organisationUnitLevels"], "people": sorted(people.items())}
        return json.dumps(read, sort_keys=True).encode()

    def expected(self) -> dict[str, str | None]:
        """UUID of each place to the org unit where things are by the file, found here by itself."""
        above = {row["key"]: row["parent_key"] for row in self.made.places}
        kinds = {row["key"]: row["kind"] for row in self.made.places}
        with self.target.matches.open(encoding="utf-8-sig") as file:
            first = file.readline()
            file.seek(0)
            lines = list(csv.DictReader(file, delimiter=";" if ";" in first else ","))
        decided = {
            row["openimis_uuid"]: row["dhis2_uid"] for row in lines if row["decision"] == "accepted"
        }
        found: dict[str, str | None] = {}
        for key, kind in kinds.items():
            at: str | None = key
            while at is not None and at not in decided and kinds[at] in ("ward", "village"):
                at = above[at]
            found[key] = decided.get(at or "")
            assert kind
        return found

    def counted(self, sql: str) -> dict[str, int]:
        """Add up what a query counts by place (LocationId or HfID), by org unit."""
        keys = {number: row["key"] for number, row in enumerate(self.made.places, start=1)}
        places, counts = self.expected(), dict[str, int]()
        with closing(sqlite3.connect(self.database)) as connection:
            for number, count in connection.execute(sql):
                unit = places[keys[number]]
                if unit:
                    counts[unit] = counts.get(unit, 0) + count
        return counts

    def claims_by_org_unit(self) -> dict[str, int]:
        """Org unit to the claims that DHIS2 has there."""
        counts: dict[str, int] = {}
        for row in self.sandbox.enrollments().values():
            if row["program"] == CLAIM_PROGRAM.uid:
                counts[row["orgUnit"]] = counts.get(row["orgUnit"], 0) + 1
        return counts

    def people_by_org_unit(self) -> dict[str, int]:
        """Org unit to the insurees that DHIS2 has there."""
        counts: dict[str, int] = {}
        for uid, row in self.sandbox.tracked_entities().items():
            if uid not in their_uids():
                counts[row["orgUnit"]] = counts.get(row["orgUnit"], 0) + 1
        return counts


PEOPLE = """
    SELECT CASE WHEN i.CurrentVillage > 0 THEN i.CurrentVillage ELSE f.LocationId END, COUNT(*)
    FROM tblInsuree i LEFT JOIN tblFamilies f ON f.FamilyID = i.FamilyID
    WHERE i.ValidityTo IS NULL OR (i.LegacyID IS NULL AND EXISTS (
        SELECT 1 FROM tblClaim c WHERE c.InsureeID = i.InsureeID AND c.ValidityTo IS NULL))
    GROUP BY 1
"""
"""Village to the people of whom DHIS2 holds something; deleted ones only if a claim names them."""
CLAIMS = """
    SELECT c.HFID, COUNT(*) FROM tblClaim c JOIN tblInsuree i ON i.InsureeID = c.InsureeID
    WHERE c.ValidityTo IS NULL GROUP BY 1
"""


def level_uids() -> list[str]:
    """UIDs of the ministry's levels."""
    return [f"TheirLevel{number}" for number in LEVELS]


def their_uids() -> set[str]:
    """UIDs of the people of the ministry's program."""
    return {f"TheirPatie{number}" for number in range(5)}


def their_metadata(made: Nation) -> dict[str, Any]:
    """What the ministry has besides its tree: levels, a group, a type of person, a program."""
    units = [{"id": row["id"]} for row in made.units[3:20]]
    named = lambda uid, name: {"id": uid, "name": name, "shortName": name}  # noqa: E731
    return {
        "organisationUnitLevels": [
            {"id": uid, "level": level, "name": LEVELS[level]}
            for uid, level in zip(level_uids(), LEVELS, strict=True)
        ],
        "organisationUnitGroups": [named(GROUP, "Rural posts") | {"organisationUnits": units}],
        "trackedEntityAttributes": [
            named(NUMBER, "Patient number") | {"valueType": "TEXT", "aggregationType": "NONE"}
        ],
        "trackedEntityTypes": [named(TYPE, "Patient")],
        "programs": [
            named(PROGRAM, "Tuberculosis")
            | {
                "programType": "WITH_REGISTRATION",
                "trackedEntityType": {"id": TYPE},
                "organisationUnits": units,
                "programTrackedEntityAttributes": [
                    {"trackedEntityAttribute": {"id": NUMBER}, "sortOrder": 1}
                ],
            }
        ],
    }


def their_people(made: Nation) -> dict[str, Any]:
    """Five patients of the ministry's program."""
    unit = made.units[5]["id"]
    return {
        "trackedEntities": [
            {
                "trackedEntity": uid,
                "trackedEntityType": TYPE,
                "orgUnit": unit,
                "attributes": [{"attribute": NUMBER, "value": f"P{uid[-1]}"}],
                "enrollments": [
                    {
                        "enrollment": f"TheirEnrol{uid[-1]}",
                        "program": PROGRAM,
                        "orgUnit": unit,
                        "status": "ACTIVE",
                        "enrolledAt": "2025-05-05",
                        "occurredAt": "2025-05-05",
                    }
                ],
            }
            for uid in sorted(their_uids())
        ]
    }
