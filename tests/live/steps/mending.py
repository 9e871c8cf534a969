"""What others do to a DHIS2, and what becomes of it; the end of a pilot."""

from typing import Any

import polars as pl

from tests.live.context import Live
from tests.live.outcomes import Counts, must, must_be_equal
from tests.live.steps.loading import enrolled_elsewhere, loaded
from transforms.model.resources import (
    CLAIM_ENROLLMENTS,
    CLAIM_EVENTS,
    POLICY_EVENTS,
    RESOURCES,
    TRACKED_ENTITIES,
)
from transforms.model.tables.claim import CLAIM_DETAILS_FIELDS
from transforms.model.tables.insuree import SEED_CLAIM_ATTRIBUTES, SEX
from transforms.model.tables.programs import (
    CLAIM_DETAILS_STAGE,
    CLAIM_PROGRAM,
    PERSON_TYPE,
    PROGRAMS,
)

PATIENTS_ENROLLMENT = "LivePatien1"
LINKS = "programTrackedEntityAttributes"
SINGLE = 5
OTHER_UIDS = 3
CLAIM_ATTRIBUTES = [field.uid for field in SEED_CLAIM_ATTRIBUTES]


def person_of_another_program(live: Live) -> Counts:
    """A person whom another program has too stays with what it has there."""
    live.as_user("loader")
    person = _who_can_leave(live)
    enrollment = enrolled_elsewhere(PATIENTS_ENROLLMENT, person["uid"], person["orgUnit"])
    live.server.track(enrollments=[enrollment])
    live.source.do("delete_insuree", person["number"], live.now)
    counts = loaded(live, "in-another-program", allow=["deletes"])
    reasons = set(live.pilot.rejects("in-another-program")["reason"])
    must_be_equal("Reasons", reasons, {"person_in_another_program"})
    found = _enrollment(live, PATIENTS_ENROLLMENT)
    must(not found.get("deleted"), "The other program's enrollment was deleted")
    return counts


def _who_can_leave(live: Live) -> dict[str, Any]:
    """Return a member of a family who is not its head, and has no claim."""
    claimants = live.pilot.held(CLAIM_ENROLLMENTS).select("person")
    people = live.pilot.held(TRACKED_ENTITIES).join(claimants, on="person", how="anti")
    with live.source.changing() as imis:
        rows = imis.rows(
            "tblInsuree",
            '"ValidityTo" IS NULL AND "InsureeID" NOT IN (SELECT "InsureeID" FROM "tblFamilies")',
        )
    keys = {str(row["InsureeUUID"]).lower(): row["InsureeID"] for row in rows}
    person = people.filter(pl.col("key").is_in(list(keys))).sort("key").row(0, named=True)
    return person | {"number": keys[person["key"]]}


def _enrollment(live: Live, uid: str) -> dict[str, Any]:
    answer = live.server.client().exchange(
        "GET", f"/api/tracker/enrollments/{uid}", {"fields": "enrollment,deleted"}
    )
    must(answer.ok, f"The other program's enrollment is gone: DHIS2 answers {answer.status}")
    return dict(answer.body)


def person_leaves_it(live: Live) -> Counts:
    """Once the other program has ended, the person is deleted by the next load."""
    live.server.track("DELETE", enrollments=[{"enrollment": PATIENTS_ENROLLMENT}])
    counts = loaded(live, "out-of-another-program", allow=["deletes"])
    must_be_equal("Reasons", live.pilot.reasons("out-of-another-program"), "")
    return counts


def repaired(live: Live) -> Counts:
    """What was changed behind the product's back is found, repaired, and made good by a load."""
    live.as_user("loader")
    expected = _meddle(live)
    done = live.pilot.reconcile("repair", repair=True).must_complete()
    done.must_write_nothing()
    kinds = live.pilot.findings("repair")["kind"].value_counts()
    must_be_equal("Findings", dict(kinds.rows()), expected)
    return loaded(live, "after-the-repair", allow=["deletes"]) | dict(expected)


def _meddle(live: Live) -> dict[str, int]:
    """Delete two policy events, change a person and a claim, add an event; return what that is."""
    policies, people = live.pilot.held(POLICY_EVENTS), live.pilot.held(TRACKED_ENTITIES)
    claims = live.pilot.held(CLAIM_EVENTS)
    lost = policies.sort("key")["uid"].head(2).to_list()
    live.server.track("DELETE", events=[{"event": uid} for uid in lost])
    person = people.filter(pl.col(SEX.key) == "M").sort("key").row(0, named=True)
    live.server.track(
        trackedEntities=[_person(person) | {"attributes": [{"attribute": SEX.uid, "value": "F"}]}]
    )
    claim = claims.sort("key").row(0, named=True)
    live.server.track(events=[_event(claim, claim["uid"]) | {"occurredAt": "2020-02-02"}])
    live.server.track(events=[_event(claim, "LiveMeddle1")])
    return {"missing": 2, "different": 2, "unexpected": 1}


def _person(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "trackedEntity": row["uid"],
        "trackedEntityType": PERSON_TYPE,
        "orgUnit": row["orgUnit"],
    }


def _event(row: dict[str, Any], uid: str) -> dict[str, Any]:
    return {
        "event": uid, "enrollment": row["parentUid"], "program": CLAIM_PROGRAM.uid,
        "programStage": CLAIM_DETAILS_STAGE.uid, "orgUnit": row["orgUnit"], "status": "COMPLETED",
        "occurredAt": row["occurredAt"],
        "dataValues": [
            {"dataElement": field.uid, "value": row[field.key]}
            for field in CLAIM_DETAILS_FIELDS
            if row.get(field.key) is not None
        ],
    }  # fmt: skip


def adopted(live: Live) -> Counts:
    """A DHIS2 as the seed's tool leaves it becomes ours: the same UIDs stay, its own objects go."""
    live.as_user("loader")
    before = {each.name: set(live.pilot.held(each)["uid"]) for each in RESOURCES}
    left = _as_the_seed_leaves_it(live)
    live.server.forget_loads()
    live.pilot.area = "adopted"
    live.pilot.sync("adoption", until="transform").must_complete().must_write_nothing()
    done = live.pilot.reconcile("adopt", adopt=True, desired_run="adoption").must_complete()
    done.must_write_nothing()
    counts = loaded(live, "after-the-adoption", allow=["deletes"])
    _must_be_emptied(live)
    now = {each.name: set(live.pilot.held(each)["uid"]) for each in RESOURCES}
    stayed = sum(len(before[name] & now[name]) for name in now)
    return counts | {"of the seed's tool": left, "UIDs that stayed": stayed}


def _as_the_seed_leaves_it(live: Live) -> int:
    """Let each kind of object that only the seed's tool makes be there, and return how many."""
    claims = live.pilot.held(CLAIM_ENROLLMENTS).sort("key").head(SINGLE + OTHER_UIDS).to_dicts()
    some_event = live.pilot.held(CLAIM_EVENTS).row(0, named=True)
    single = [_event(some_event | _place(row), row["uid"]) for row in claims[:SINGLE]]
    others = [_claim(row, f"LiveSeed{number:03d}") for number, row in enumerate(claims[SINGLE:])]
    active = [_claim(row, row["uid"]) for row in claims[:SINGLE]]
    for objects in ({"events": single}, {"enrollments": others}, {"enrollments": active}):
        live.server.track(**objects)
    _keep_claims_on_people(live, claims[:SINGLE])
    return len(single) + len(others) + SINGLE


def _keep_claims_on_people(live: Live, claims: list[dict[str, Any]]) -> None:
    """Keep the last claim on the person, in attributes of the seed's claim program."""
    attributes = [_attribute(uid) for uid in CLAIM_ATTRIBUTES]
    program = live.server.get(f"/api/programs/{CLAIM_PROGRAM.uid}", fields=":owner")
    linked = {each["trackedEntityAttribute"]["id"] for each in program[LINKS]}
    new = [_link(uid) for uid in CLAIM_ATTRIBUTES if uid not in linked]
    mode = {"importStrategy": "CREATE_AND_UPDATE", "atomicMode": "ALL"}
    body = {
        "trackedEntityAttributes": attributes,
        "programs": [program | {LINKS: [*program[LINKS], *new]}],
    }
    live.server.write("POST", "/api/metadata", body, **mode)
    # 2.40 remembers which attributes a program has, and shows no value of a new one.
    live.server.write("POST", "/api/maintenance", None, cacheClear="true")
    for row in claims:
        told = [{"attribute": uid, "value": "of a claim"} for uid in CLAIM_ATTRIBUTES]
        values = {"attributes": told}
        live.server.track(enrollments=[_claim(row, row["uid"]) | values])


def _attribute(uid: str) -> dict[str, Any]:
    named = {"id": uid, "name": f"Of the seed {uid}", "shortName": f"Seed {uid}"}
    readable = {"public": "r-------", "users": {}, "userGroups": {}}
    return named | {"valueType": "TEXT", "aggregationType": "NONE", "sharing": readable}


def _link(uid: str) -> dict[str, Any]:
    return {"program": {"id": CLAIM_PROGRAM.uid}, "trackedEntityAttribute": {"id": uid}}


def _must_be_emptied(live: Live) -> None:
    """Stop the step if a person still has a value of the seed's claim attributes."""
    fields = {"program": CLAIM_PROGRAM.uid, "fields": "attributes[attribute,value]"}
    people = live.pilot.held(CLAIM_ENROLLMENTS).sort("key").head(SINGLE)["parentUid"]
    for uid in people.unique():
        found = live.server.get(f"/api/tracker/trackedEntities/{uid}", **fields)["attributes"]
        kept = [each for each in found if each["attribute"] in CLAIM_ATTRIBUTES]
        must(not any(each.get("value") for each in kept), "The seed's claim stays on the person")


def _place(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("orgUnit", "occurredAt")} | {"parentUid": row["uid"]}


def _claim(row: dict[str, Any], uid: str) -> dict[str, Any]:
    return {
        "enrollment": uid, "trackedEntity": row["parentUid"], "program": CLAIM_PROGRAM.uid,
        "orgUnit": row["orgUnit"], "status": "ACTIVE", "enrolledAt": row["occurredAt"],
        "occurredAt": row["occurredAt"],
    }  # fmt: skip


def withdrawn(live: Live) -> Counts:
    """Withdraw deletes all of ours; places, programs and indicators stay."""
    live.as_user("loader")
    kinds = ("organisationUnits", "programs", "optionSets", "programIndicators", "dashboards")
    before = {kind: len(live.server.ids(kind)) for kind in kinds}
    done = live.pilot.withdraw("withdrawal").must_complete()
    kept = live.pilot.rejects("withdrawal").height
    left = sum(live.pilot.held(each).height for each in RESOURCES)
    must_be_equal("Objects that are left by what is known", left, kept)
    people = sum(len(live.server.people_of(program.uid)) for program in PROGRAMS)
    must_be_equal("People who are left", people, 0)
    must_be_equal("Metadata", {kind: len(live.server.ids(kind)) for kind in kinds}, before)
    return done.counts() | {"people kept for other programs": kept}


def brought_again(live: Live) -> Counts:
    """After a withdrawal everything comes again, under new UIDs."""
    counts = loaded(live, "after-the-withdrawal", allow=["begin_again"])
    return counts | live.pilot.held_counts()
