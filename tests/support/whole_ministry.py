"""A ministry's DHIS2 with a tree, a program with stage, events and people, and all that is around.

openIMIS is loaded into the ministry's own org units (`org_units = "match"`), and whom it insures
is linked by the number to the ministry's people (`people = "link"`). What is the ministry's is read
before and after everything, and compared byte for byte.
"""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.references import change_references
from flows.steps.load.post_bundle import PARAMETERS
from tests.support import ministry, their_people
from tests.support.ministry import ALL_OR_NOTHING, Ministry, level_uids
from tests.support.national_tree import ROOT, Nation, openimis_tables
from tests.support.their_people import (
    BORN,
    EXISTING,
    OWN,
    PROGRAM,
    SENT,
    SEX,
    SEXES,
    TYPE,
    WORDS,
    TheirPeople,
    their_part,
    their_person,
    their_uids,
)
from transforms.model.tables.programs import INSUREE_PROGRAM

_WORDS = EXISTING.replace('M = "Male"', 'M = "Male"\nO = "Other"')
SETTINGS = f"{ministry.SETTINGS}{SENT}{_WORDS}"
STAGE, VISIT, COUNTED, DATA_SET = "TheirStage1", "TheirVisit1", "TheirCount1", "TheirDataS1"
OTHER = "TheirOther1"
USER_GROUP, USER, ROLE = "TheirClinic", "TheirUser01", "TheirRole01"
SITES = 20
"""At so many health facilities of the ministry's are its people."""
AT_ONCE = 100
NOBODY = "NOBODY"
"""Begins a number that openIMIS has not."""
INSURED = """
    SELECT CASE WHEN i.CurrentVillage > 0 THEN i.CurrentVillage ELSE f.LocationId END, COUNT(*)
    FROM tblInsuree i LEFT JOIN tblFamilies f ON f.FamilyID = i.FamilyID
    WHERE i.ValidityTo IS NULL GROUP BY 1
"""
"""Village to the people who are insured: each has one enrollment."""


class WholeMinistry(Ministry, TheirPeople):
    """A nation whose DHIS2 was there first, with its people."""

    def __init__(self, *args: Any, country: str = SETTINGS) -> None:
        super().__init__(*args, country=country)

    def client(self) -> Dhis2:
        """An administrator's, who calls everything as DHIS2 does."""
        return TheirPeople.client(self)

    def look(self, run_id: str, *, repair: bool = False) -> Any:
        """Read DHIS2 back, and return what is found."""
        return TheirPeople.look(self, run_id, repair=repair)

    def fill(self, insurees: int, people: int = 12, insured: int = 5) -> None:  # type: ignore[override]
        """Let openIMIS hold the nation; DHIS2 the ministry's metadata and people, some insured."""
        self.source.write(openimis_tables(self.made, insurees))
        with self.client() as client:
            answer = client.post("/api/metadata", ALL_OR_NOTHING, whole_metadata(self.made))
            assert answer.ok, json.dumps(answer.body)[:2000]
            admin = client.get("/api/me", {"fields": "id,username"})["id"]
            assert change_references(client, f"/api/users/{admin}/organisationUnits", [ROOT])
            client.post("/api/maintenance", {"cacheClear": "true"})
        known = self._known()[:insured]
        assert len(known) == insured, f"openIMIS has {len(known)} people with a number of their own"
        nobody = [(f"{NOBODY}{number}", {}) for number in range(people - insured)]
        self._register_all([*known, *nobody])

    def _known(self) -> list[tuple[str, dict[str, str]]]:
        """Numbers that one insuree alone has, and what the ministry knows of that person too."""
        query = "SELECT TRIM(CHFID), DATE(DOB), Gender FROM tblInsuree WHERE ValidityTo IS NULL"
        with closing(sqlite3.connect(self.database)) as connection:
            rows = {number: (born, sex) for number, born, sex in connection.execute(query)}
        return [
            (number, {BORN: rows[number][0], SEX: WORDS[rows[number][1]]})
            for number in self.numbers()
            if rows[number][0] and rows[number][1] in WORDS
        ]

    def _register_all(self, people: list[tuple[str, dict[str, str]]]) -> None:
        sites = self.sites()
        whole = [
            with_visit(their_person(at, number, sites[at % len(sites)], values))
            for at, (number, values) in enumerate(people)
        ]
        create = PARAMETERS | {"importStrategy": "CREATE"}
        with self.client() as client:
            for at in range(0, len(whole), AT_ONCE):
                some = {"trackedEntities": whole[at : at + AT_ONCE]}
                answer = client.post("/api/tracker", create, some)
                assert answer.ok, json.dumps(answer.body)[:2000]

    def sites(self) -> list[str]:
        """UIDs of the health facilities at which the ministry's people are."""
        return [row["id"] for row in _facilities(self.made)][:SITES]

    def theirs(self, uids: Iterable[str] | None = None) -> bytes:
        """All that is the ministry's: metadata, people, and what its program has of them."""
        state = self.sandbox.state
        read: dict[str, Any] = {
            kind: [state.metadata[kind].get(uid) for uid in named]
            for kind, named in self.their_objects().items()
        }
        read["levels"] = list(state.metadata["organisationUnitLevels"].values())
        people = self.sandbox.tracked_entities()
        chosen = sorted(their_uids(people) if uids is None else uids)
        read["people"] = [(uid, their_part(people[uid])) for uid in chosen]
        enrollments = {
            uid: row for uid, row in self.sandbox.enrollments().items() if row["program"] == PROGRAM
        }
        events = self.sandbox.events()
        read["enrollments"] = sorted(enrollments.items())
        read["events"] = sorted(
            (uid, row) for uid, row in events.items() if row["programStage"] == STAGE
        )
        return json.dumps(read, sort_keys=True, default=str).encode()

    def their_objects(self) -> dict[str, list[str]]:
        """Class to the UIDs of the metadata that is the ministry's, or was when all began."""
        return {"organisationUnits": sorted(row["id"] for row in self.made.units), **KINDS}

    def insured_by_org_unit(self) -> dict[str, int]:
        """Org unit to the people whom DHIS2 has enrolled there as insured."""
        counts: dict[str, int] = {}
        for row in self.sandbox.enrollments().values():
            if row["program"] == INSUREE_PROGRAM.uid:
                counts[row["orgUnit"]] = counts.get(row["orgUnit"], 0) + 1
        return counts

    def lonely_facility(self) -> tuple[str, str]:
        """UUID and org unit of a facility where nobody has any data yet."""
        claims, used = self.claims_by_org_unit(), self.sites()
        rows = self.rows()
        units = [row["dhis2_uid"] for row in rows.values()]
        above = {(row.get("parent") or {}).get("id") for row in self.made.units}
        return next(
            (key, uid)
            for key, row in rows.items()
            if (row["kind"], row["in_openimis"], row["decision"]) == ("facility", "yes", "accepted")
            and (uid := str(row["dhis2_uid"])) not in {*claims, *used, *above}
            and units.count(uid) == 1
        )


KINDS: dict[str, list[str]] = {
    **{kind: uids for kind, uids in their_people.KINDS.items() if kind != "organisationUnits"},
    "options": [*their_people.KINDS["options"], OTHER],
    "organisationUnitLevels": level_uids(),
    "organisationUnitGroups": [their_people.GROUP, ministry.GROUP],
    "programStages": [STAGE],
    "dataElements": [VISIT, COUNTED],
    "dataSets": [DATA_SET],
    "userGroups": [USER_GROUP],
    "userRoles": [ROLE],
    "users": [USER],
}


def whole_metadata(made: Nation) -> dict[str, Any]:
    """What the ministry has besides its tree."""
    sites = [{"id": row["id"]} for row in _facilities(made)[:SITES]]
    of_people = their_people.their_metadata(unique=True)[-1]
    of_tree = ministry.their_metadata(made)
    [program] = of_people["programs"]
    sharing = program["sharing"]
    named = lambda uid, name: {"id": uid, "name": name, "shortName": name}  # noqa: E731
    element = {"aggregationType": "SUM", "valueType": "INTEGER"}
    other = {"id": OTHER, "code": "Other", "name": "Other", "sortOrder": 3,
             "optionSet": {"id": SEXES}}  # fmt: skip
    [sexes] = of_people["optionSets"]
    hospital = {"organisationUnits": sites[:3]}
    groups = [*of_people["organisationUnitGroups"], *of_tree["organisationUnitGroups"]]
    return of_people | {
        "optionSets": [sexes | {"options": [*sexes["options"], {"id": OTHER}]}],
        "options": [*of_people["options"], other],
        "organisationUnitLevels": of_tree["organisationUnitLevels"],
        "organisationUnitGroups": [groups[0] | hospital, *groups[1:]],
        "dataElements": [
            named(VISIT, "Weight at a visit") | element | {"domainType": "TRACKER"},
            named(COUNTED, "Patients of the month") | element | {"domainType": "AGGREGATE"},
        ],
        "programs": [program | {"organisationUnits": sites, "programStages": [{"id": STAGE}]}],
        "programStages": [
            {"id": STAGE, "name": "Visit", "program": {"id": PROGRAM}, "sharing": sharing,
             "programStageDataElements": [{"dataElement": {"id": VISIT}, "sortOrder": 1}]}
        ],
        "dataSets": [
            named(DATA_SET, "Monthly report of patients")
            | {"periodType": "Monthly", "organisationUnits": sites, "sharing": sharing,
               "dataSetElements": [{"dataElement": {"id": COUNTED}, "dataSet": {"id": DATA_SET}}]}
        ],
        "userRoles": [{"id": ROLE, "name": "Clinician", "authorities": ["M_dhis-web-capture"]}],
        "userGroups": [{"id": USER_GROUP, "name": "Clinicians", "users": [{"id": USER}]}],
        "users": [
            {"id": USER, "username": "clinician", "firstName": "Neema", "surname": "Clinician",
             "password": "Clinician-2026", "userRoles": [{"id": ROLE}], "organisationUnits": sites}
        ],
    }  # fmt: skip


def with_visit(person: dict[str, Any]) -> dict[str, Any]:
    """Return a person of the ministry's program with an event in its stage."""
    [enrollment] = person["enrollments"]
    visit = {
        "event": f"TheirEvn{person['trackedEntity'][-3:]}", "program": PROGRAM,
        "programStage": STAGE, "orgUnit": enrollment["orgUnit"], "status": "COMPLETED",
        "occurredAt": "2025-05-06", "dataValues": [{"dataElement": VISIT, "value": "61"}],
    }  # fmt: skip
    return person | {"enrollments": [enrollment | {"events": [visit]}]}


def _facilities(made: Nation) -> list[dict[str, Any]]:
    return [row for row in made.units if row["path"].count("/") == 4 and "closedDate" not in row]


__all__ = ["INSURED", "NOBODY", "OWN", "PROGRAM", "SETTINGS", "SEXES", "STAGE", "TYPE",
           "WholeMinistry"]  # fmt: skip
