"""A ministry's *Person*: type, attributes, option set, and a program with people.

What is the ministry's is read before and after everything, and compared byte for byte.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.references import change_references
from flows.steps.load.post_bundle import PARAMETERS
from flows.steps.reconcile.reconcile_run import reconcile_run, reconciling
from tests.support.openimis_sample import sample
from tests.support.sandbox import ADMIN, Sandbox
from tests.support.sandbox.merging import merge
from tests.support.sandbox.tracker_store import pack, unpack
from tests.support.scheme import DAY_ONE, Scheme
from transforms.model.tables.insuree import INSURANCE_NUMBER
from transforms.model.tables.programs import INSUREE_PROGRAM
from transforms.openimis.country import Country

ROOT, CLINIC = "ImspTQPwCqd", "TheirClini1"
TYPE, PROGRAM, GROUP = "TheirPerso1", "TheirProgr1", "TheirHospi1"
FIRST, LAST, BORN, SEX, NUMBER, MOTHER = (
    "TheirFirst1", "TheirLastN1", "TheirBorn01", "TheirSex001", "TheirNumbe1", "TheirMothe1",
)  # fmt: skip
SEXES = "TheirSexes1"
WORDS = {"F": "Female", "M": "Male"}
SENT = """
"First name" = "send"
"Last name" = "send"
"Date of birth" = "send"
"Insurance number" = "send"
"""
"""Of the section `privacy`: values of a person that attributes of theirs hold."""
EXISTING = f"""
[existing]
tracked_entity_type = "{TYPE}"
people = "link"
identifier = "Insurance number"

[existing.attributes]
"First name" = "{FIRST}"
"Last name" = "{LAST}"
"Date of birth" = "{BORN}"
"Gender" = "{SEX}"
"Insurance number" = "{NUMBER}"

[existing.option_sets]
"Gender" = "{SEXES}"

[existing.values.Gender]
F = "Female"
M = "Male"

[existing.org_unit_groups.facility_level]
hospital = "{GROUP}"
"""
COUNTRY = f"""
[root]
uid = "{ROOT}"
name = "Country"
short_name = "Country"

[waiting]
hours = 0

[privacy]
{SENT}
{EXISTING}
"""
OWN = frozenset({FIRST, LAST, BORN, SEX, NUMBER, MOTHER})
ALL_OR_NOTHING = {"atomicMode": "ALL", "importStrategy": "CREATE_AND_UPDATE"}
KINDS = {
    "trackedEntityTypes": [TYPE],
    "trackedEntityAttributes": [FIRST, LAST, BORN, SEX, NUMBER, MOTHER],
    "optionSets": [SEXES],
    "options": ["TheirFemal1", "TheirMale01"],
    "organisationUnitGroups": [GROUP],
    "programs": [PROGRAM],
    "organisationUnits": [CLINIC],
}


class TheirPeople(Scheme):
    """A scheme whose DHIS2 had people of a ministry's before it."""

    def __init__(self, folder: Path, sandbox: Sandbox, country: str = COUNTRY) -> None:
        super().__init__(folder, sandbox, country=country)

    def client(self) -> Dhis2:
        """An administrator's, who calls everything as DHIS2 does."""
        return self.job("any", country=self.without_existing()).client_of(ADMIN)

    def without_existing(self) -> Country:
        """The country file as of a country that uses nothing of DHIS2's own."""
        country = self.settings
        return country.model_copy(update={"existing": type(country.existing)()})

    def fill(self, insurees: int = 30, *, unique: bool = True) -> None:
        """Let openIMIS hold a sample, and DHIS2 the ministry's metadata."""
        self.source.write(sample(insurees, seed=1, level="1.4", as_of=DAY_ONE, defects=False))
        with self.client() as client:
            for payload in their_metadata(unique=unique):
                answer = client.post("/api/metadata", ALL_OR_NOTHING, payload)
                assert answer.ok, answer.body
            admin = client.get("/api/me", {"fields": "id,username"})["id"]
            assert change_references(client, f"/api/users/{admin}/organisationUnits", [ROOT])
            client.post("/api/maintenance", {"cacheClear": "true"})

    def numbers(self) -> list[str]:
        """The insurance numbers that one current insuree alone has, in their order."""
        query = """SELECT TRIM(CHFID) FROM tblInsuree WHERE ValidityTo IS NULL AND CHFID <> ''
                   AND FamilyID IS NOT NULL GROUP BY TRIM(CHFID) HAVING COUNT(*) = 1 ORDER BY 1"""
        with closing(sqlite3.connect(self.database)) as connection:
            return [str(number) for (number,) in connection.execute(query)]

    def register(self, numbers: Sequence[str], first: int = 0) -> list[str]:
        """Let the ministry register people with these numbers; return their UIDs."""
        people = [their_person(at, number) for at, number in enumerate(numbers, start=first)]
        with self.client() as client:
            answer = client.post(
                "/api/tracker", PARAMETERS | {"importStrategy": "CREATE"},
                {"trackedEntities": people},
            )  # fmt: skip
            assert answer.ok, json.dumps(answer.body)[:2000]
        return [str(person["trackedEntity"]) for person in people]

    def correct(self, old: str, new: str) -> None:
        """Correct an insurance number in openIMIS."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute("UPDATE tblInsuree SET CHFID = ? WHERE TRIM(CHFID) = ?", (new, old))

    def correct_in_dhis2(self, uid: str, number: str) -> None:
        """Let the ministry correct the number of one of its people."""
        tracker = self.sandbox.state.tracker
        with self.sandbox.state.lock:
            person = tracker.tracked_entities[uid]
            values = unpack(person.attributes)
            tracker.release(NUMBER, str(values[NUMBER]), uid)
            tracker.hold(NUMBER, number, uid)
            person.attributes = pack(values | {NUMBER: number})
            tracker.revision += 1

    def key_of(self, number: str) -> str:
        """UUID of the insuree who has a number."""
        query = "SELECT LOWER(InsureeUUID) FROM tblInsuree WHERE TRIM(CHFID) = ?"
        with closing(sqlite3.connect(self.database)) as connection:
            return str(connection.execute(query, (number,)).fetchone()[0])

    def delete_insuree(self, number: str) -> None:
        """Let openIMIS delete an insuree, whom a claim names that was another's."""
        insuree = "(SELECT InsureeID FROM tblInsuree WHERE TRIM(CHFID) = ?)"
        claim = "(SELECT MIN(ClaimID) FROM tblClaim WHERE ValidityTo IS NULL)"
        delete = "UPDATE tblInsuree SET ValidityTo = ? WHERE TRIM(CHFID) = ?"
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(
                f"UPDATE tblClaim SET InsureeID = {insuree} WHERE ClaimID = {claim}",
                (number,),
            )
            connection.execute(delete, (f"{DAY_ONE:%Y-%m-%d} 06:00:00.000", number))

    def marry(self, key: str) -> None:
        """Let openIMIS change something of an insuree."""
        change = """UPDATE tblInsuree SET Marital = CASE Marital WHEN 'M' THEN 'S' ELSE 'M' END
                    WHERE LOWER(InsureeUUID) = ?"""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(change, (key,))

    def merge(self, duplicate: str, original: str) -> None:
        """Let the ministry merge a person into another, who is in no program of both."""
        with self.sandbox.state.lock:
            merge(self.sandbox.state.tracker, original, duplicate)

    def leave_program(self, uid: str) -> None:
        """Let the ministry delete its own enrollment of a person."""
        [own] = [name for name, row in self.sandbox.enrollments().items()
                 if (row["trackedEntity"], row["program"]) == (uid, PROGRAM)]  # fmt: skip
        with self.client() as client:
            answer = client.post(
                "/api/tracker", PARAMETERS | {"importStrategy": "DELETE"},
                {"enrollments": [{"enrollment": own}]},
            )  # fmt: skip
            assert answer.ok, answer.body

    def delete_people(self, uids: Iterable[str]) -> None:
        """Let a superuser of the ministry delete people, with all that anybody has of them."""
        with self.client() as client:
            answer = client.post(
                "/api/tracker", PARAMETERS | {"importStrategy": "DELETE"},
                {"trackedEntities": [{"trackedEntity": uid} for uid in uids]},
            )  # fmt: skip
            assert answer.ok, answer.body

    def theirs(self, uids: Iterable[str] | None = None) -> bytes:
        """All that is the ministry's: metadata, people, and what its program has of them."""
        state = self.sandbox.state
        read: dict[str, Any] = {
            kind: [state.metadata[kind].get(uid) for uid in named] for kind, named in KINDS.items()
        }
        people = self.sandbox.tracked_entities()
        chosen = sorted(their_uids(people) if uids is None else uids)
        read["people"] = [(uid, their_part(people[uid])) for uid in chosen]
        kept = state.tracker.tracked_entities
        read["flags"] = [(uid, kept[uid].inactive, kept[uid].geometry) for uid in chosen]
        read["enrollments"] = sorted(
            (uid, row) for uid, row in self.sandbox.enrollments().items()
            if row["program"] == PROGRAM and row["trackedEntity"] in chosen
        )  # fmt: skip
        return json.dumps(read, sort_keys=True, default=str).encode()

    def linked(self) -> dict[str, list[str]]:
        """UID of each of the ministry's people to the programs in which the person is enrolled."""
        found: dict[str, list[str]] = {
            uid: [] for uid in their_uids(self.sandbox.tracked_entities())
        }
        for row in self.sandbox.enrollments().values():
            found.get(row["trackedEntity"], []).append(row["program"])
        return found

    def owner(self, uid: str) -> str:
        """The org unit that owns a person in our program for insurees."""
        return str(self.sandbox.tracked_entities()[uid]["owners"][INSUREE_PROGRAM.uid])

    def own_enrollments(self) -> dict[str, Any]:
        """Our enrollments in DHIS2, by UID."""
        rows = self.sandbox.enrollments()
        return {uid: row for uid, row in rows.items() if row["program"] != PROGRAM}

    def look(self, run_id: str, *, repair: bool = False) -> pl.DataFrame:
        """Read DHIS2 back, and return what is found."""
        job = self.job(run_id)
        asked = {"repair": repair, "adopt": False}
        with reconciling(job.run, job.target, None, **asked) as basis, job.client() as client:
            reconcile_run(basis, client, number=INSURANCE_NUMBER.uid)
        return pl.read_parquet(job.run.reconciliation("findings"))


def their_uids(people: Iterable[str]) -> list[str]:
    """Those of some UIDs that the ministry has given."""
    return sorted(uid for uid in people if uid.startswith("TheirPat"))


def their_person(
    number: int, identifier: str, unit: str = CLINIC, more: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A person of the ministry's program, named otherwise than in openIMIS.

    The enrollment has the UID of the person, as some tools give it, and as ours have it.

    Args:
        number: Makes the UID.
        identifier: By which the person is known.
        unit: Where the person is.
        more: Attribute to value, where it is not the same of everybody.
    """
    values = {FIRST: f"Named{number}", LAST: "By another", BORN: "1990-05-05", SEX: "Female",
              NUMBER: identifier, MOTHER: f"Mother {number}"} | dict(more or {})  # fmt: skip
    return {
        "trackedEntity": f"TheirPat{number:03d}",
        "trackedEntityType": TYPE,
        "orgUnit": unit,
        "inactive": True,
        "attributes": [{"attribute": uid, "value": value} for uid, value in values.items()],
        "enrollments": [
            {"enrollment": f"TheirPat{number:03d}", "program": PROGRAM, "orgUnit": unit,
             "status": "ACTIVE", "enrolledAt": "2025-05-05", "occurredAt": "2025-05-05"}
        ],
    }  # fmt: skip


def their_metadata(*, unique: bool) -> list[dict[str, Any]]:
    """What the ministry has, in the order in which it can be imported."""
    named = lambda uid, name: {"id": uid, "name": name, "shortName": name}  # noqa: E731
    text = {"valueType": "TEXT", "aggregationType": "NONE"}
    unit = {"openingDate": "1990-01-01"}
    attributes = [
        named(FIRST, "First name") | text,
        named(LAST, "Last name") | text,
        named(BORN, "Date of birth") | {"valueType": "DATE", "aggregationType": "NONE"},
        named(SEX, "Sex") | text | {"optionSet": {"id": SEXES}},
        named(NUMBER, "National number") | text | {"unique": unique},
        named(MOTHER, "Mother's name") | text,
    ]
    links = [
        {"trackedEntityAttribute": {"id": each["id"]}, "mandatory": False,
         "searchable": True, "displayInList": True, "sortOrder": number}
        for number, each in enumerate(attributes, start=1)
    ]  # fmt: skip
    open_to_all = {"public": "rwrw----", "external": False, "users": {}, "userGroups": {}}
    readable = {**open_to_all, "public": "r-------"}
    return [
        {"organisationUnits": [named(ROOT, "Country") | unit]},
        {"organisationUnits": [named(CLINIC, "Clinic") | unit | {"parent": {"id": ROOT}}]},
        {
            "optionSets": [
                {"id": SEXES, "name": "Sex", "valueType": "TEXT", "sharing": readable,
                 "options": [{"id": "TheirFemal1"}, {"id": "TheirMale01"}]}
            ],
            "options": [
                {"id": "TheirFemal1", "code": "Female", "name": "Female", "sortOrder": 1,
                 "optionSet": {"id": SEXES}},
                {"id": "TheirMale01", "code": "Male", "name": "Male", "sortOrder": 2,
                 "optionSet": {"id": SEXES}},
            ],
            "trackedEntityAttributes": [each | {"sharing": readable} for each in attributes],
            "trackedEntityTypes": [
                named(TYPE, "Person")
                | {"trackedEntityTypeAttributes": links, "sharing": open_to_all}
            ],
            "organisationUnitGroups": [
                named(GROUP, "Hospital") | {"organisationUnits": [{"id": CLINIC}]}
            ],
            "programs": [
                named(PROGRAM, "Immunization")
                | {"programType": "WITH_REGISTRATION", "trackedEntityType": {"id": TYPE},
                   "organisationUnits": [{"id": CLINIC}], "sharing": open_to_all,
                   "programTrackedEntityAttributes": links}
            ],
        },
    ]  # fmt: skip


def their_part(person: dict[str, Any]) -> dict[str, Any]:
    """A person without what is ours: values of our attributes, our programs' owners, stamps."""
    kept = {name: each for name, each in person.items() if name not in ("updatedAt", "updated")}
    return kept | {
        "attributes": {uid: value for uid, value in person["attributes"].items() if uid in OWN},
        "owners": {uid: unit for uid, unit in person["owners"].items() if uid == PROGRAM},
    }
