"""Days of loads: the first, again, changes, killed; and what is known of an object."""

from collections.abc import Callable
from typing import Any

import polars as pl

from flows.explain import explain
from tests.live.context import Live
from tests.live.outcomes import Counts, must, must_be_equal
from tests.live.pilot import TARGET
from tests.live.server import OTHER_PROGRAM
from transforms.model.resources import CLAIM_EVENTS, INSUREE_ENROLLMENTS, TRACKED_ENTITIES
from transforms.model.tables.insuree import INSURANCE_NUMBER
from transforms.model.tables.programs import PERSON_TYPE

TRACKER = ("POST", "/api/tracker")
STRANGER, STRANGERS_ENROLLMENT = "LiveStrang1", "LiveStrang2"


def planned(live: Live) -> Counts:
    """The plan of a first load writes nothing."""
    live.as_user("loader")
    live.pilot.sync("plan", until="transform").must_complete().must_write_nothing()
    wanted = live.pilot.desired("plan", TRACKED_ENTITIES.name)
    return {"people wanted": wanted.height}


def judged(live: Live) -> Counts:
    """DHIS2 judges a sample of a first load, and nothing is written."""
    done = live.pilot.sync("judged", until="validate").must_complete()
    return done.must_write_nothing().counts()


def another_programs_people(live: Live) -> Counts:
    """Another program, which the loader cannot see, has a person with a number of ours."""
    people = live.pilot.desired("plan", TRACKED_ENTITIES.name)
    wanted = people.filter(
        pl.col(INSURANCE_NUMBER.key).is_not_null(), pl.col("faults").list.len() == 0
    ).sort("key")
    must(not wanted.is_empty(), "no person has an insurance number that is sent")
    refused = wanted.row(0, named=True)
    _make_program(live)
    stranger = _stranger(refused["orgUnit"], refused[INSURANCE_NUMBER.key])
    live.server.track(trackedEntities=[stranger])
    live.left["refused"] = refused["key"]
    listed = live.server.client(live.logins["loader"]).get("/api/programs", {"fields": "id"})
    must(OTHER_PROGRAM not in str(listed), "The loader sees the other program")
    return {"people": 1}


def _make_program(live: Live) -> None:
    nobody = {"public": "--------", "users": {}, "userGroups": {}}
    program: dict[str, Any] = {
        "id": OTHER_PROGRAM, "name": "Of others (test-live)", "shortName": "Of others (test-live)",
        "programType": "WITH_REGISTRATION", "trackedEntityType": {"id": PERSON_TYPE},
        "organisationUnits": [{"id": uid} for uid in live.server.ids("organisationUnits")],
        "programTrackedEntityAttributes": [
            {
                "program": {"id": OTHER_PROGRAM},
                "trackedEntityAttribute": {"id": INSURANCE_NUMBER.uid},
                "mandatory": False,
            }
        ],
        "programStages": [], "sharing": nobody, "accessLevel": "OPEN",
    }  # fmt: skip
    mode = {"importStrategy": "CREATE_AND_UPDATE", "atomicMode": "ALL"}
    live.server.write("POST", "/api/metadata", {"programs": [program]}, **mode)


def _stranger(place: str, number: str) -> dict[str, Any]:
    return {
        "trackedEntity": STRANGER,
        "trackedEntityType": PERSON_TYPE,
        "orgUnit": place,
        "attributes": [{"attribute": INSURANCE_NUMBER.uid, "value": number}],
        "enrollments": [enrolled_elsewhere(STRANGERS_ENROLLMENT, STRANGER, place)],
    }


def enrolled_elsewhere(uid: str, person: str, place: str) -> dict[str, Any]:
    """Return an enrollment in the other program."""
    return {
        "enrollment": uid,
        "trackedEntity": person,
        "program": OTHER_PROGRAM,
        "orgUnit": place,
        "status": "ACTIVE",
        "enrolledAt": "2024-03-01",
        "occurredAt": "2024-03-01",
    }


def loaded(live: Live, run_id: str, **more: Any) -> Counts:
    """Load, and return what was told to DHIS2."""
    done = live.pilot.sync(run_id, **more).must_complete()
    live.runs.append(run_id)
    live.server.leave_mark()
    changes = live.pilot.summary(run_id)["changes"]
    told = {
        kind: sum(counts.get(kind, 0) for counts in changes.values())
        for kind in ("created", "updated", "replaced", "deleted")
    }
    rejects = live.pilot.rejects(run_id).height
    return done.counts() | told | {"held back or refused": rejects} | _why(live, run_id)


def _why(live: Live, run_id: str) -> Counts:
    reasons = live.pilot.reasons(run_id)
    return {"for": reasons} if reasons else {}


def as_superuser(live: Live) -> Counts:
    """A load as a superuser is refused before anything is posted."""
    live.as_user("admin")
    done = live.pilot.sync("as-superuser")
    live.as_user("loader")
    must(done.state.is_failed(), "A superuser may load")
    must("superuser" in done.message, f"The reason is another: {done.message}")
    posted = [each for each in done.writes if each.path == TRACKER[1]]
    must_be_equal("Requests to the tracker", len(posted), 0)
    return done.counts()


def first(live: Live) -> Counts:
    """The first load brings everything but the person whose number another has."""
    live.as_user("loader")
    counts = loaded(live, "first")
    refused = live.pilot.rejects("first").filter(
        pl.col("resource") == TRACKED_ENTITIES.name, pl.col("stage") == "dhis2"
    )
    must_be_equal("People refused", refused["id"].to_list(), [live.left["refused"]])
    must(int(counts["created"]) > 0, "nothing was created")
    live.left["places"] = _places(live)
    return counts


def _places(live: Live) -> dict[str, str]:
    """Return the facility with most claims, and its district."""
    events = live.pilot.held(CLAIM_EVENTS)
    facility = str(events["orgUnit"].value_counts(sort=True)["orgUnit"][0])
    units = live.pilot.desired("first", "org_units").filter(uid=facility)
    return {"facility": facility, "district": str(units["parentUid"][0])}


def explained(live: Live) -> Counts:
    """Explain names the reason of the refusal, by openIMIS's UUID and by DHIS2's UID."""
    key = live.left["refused"]
    text = explain(key, TARGET, live.pilot.root)
    must("E1064" in text, "The reason E1064 is not named")
    known = live.pilot.held(INSUREE_ENROLLMENTS).row(0, named=True)
    must(
        known["person"] in explain(known["uid"], TARGET, live.pilot.root), "A UID is not explained"
    )
    return {"objects": 2}


def freed(live: Live) -> Counts:
    """Once the number is free, the person who was refused comes with the next load."""
    live.server.track("DELETE", trackedEntities=[{"trackedEntity": STRANGER}])
    counts = loaded(live, "freed")
    people = live.pilot.held(TRACKED_ENTITIES)
    must(live.left["refused"] in people["key"], "The person who was refused did not come")
    must_be_equal("held back or refused", counts["held back or refused"], 0)
    return counts


def first_again(live: Live) -> Counts:
    """The same again writes nothing."""
    return _again(live, "first-again")


def again_by_token(live: Live) -> Counts:
    """The same by a token that DHIS2 has not seen yet writes nothing."""
    live.as_user("token")
    return _again(live, "first-by-token")


def a_day(live: Live) -> Counts:
    """A day of changes arrives."""
    live.as_user("loader")
    live.source.let_a_day_pass(live.next_day())
    return loaded(live, "day")


def after_a_day(live: Live) -> Counts:
    """The day again writes nothing."""
    return _again(live, "day-again")


def _again(live: Live, run_id: str) -> Counts:
    done = live.pilot.sync(run_id).must_complete().must_write_nothing()
    live.runs.append(run_id)
    return done.counts()


def killed(live: Live) -> Counts:
    """A load that is killed while DHIS2 is at work is made good by another run."""
    live.source.let_a_day_pass(live.next_day())
    count = live.server.proxy.count
    begin = count(*TRACKER)
    code = live.pilot.sync_that_is_killed("killed", lambda: count(*TRACKER) >= begin + 2)
    must_be_equal("The exit code of the killed process", code, -9)
    return loaded(live, "after-the-kill") | {"bundles before the kill": 2}


def by_limited_token(live: Live) -> Counts:
    """A token limited to some methods brings a day in, though DHIS2 forgets it meanwhile."""
    live.as_user("limited token")
    live.source.let_a_day_pass(live.next_day())
    live.server.proxy.befalls = _forgetting_tokens(live)
    try:
        return loaded(live, "limited")
    finally:
        live.server.proxy.befalls = None
        live.as_user("loader")


def _forgetting_tokens(live: Live) -> Callable[[str, str], None]:
    """Let DHIS2 forget what it keeps in memory just before the second request to the tracker."""
    begin = live.server.proxy.count(*TRACKER)

    def befalls(*request: str) -> None:
        if request == TRACKER and live.server.proxy.count(*TRACKER) == begin + 2:
            live.server.write("POST", "/api/maintenance", None, cacheClear="true")

    return befalls


def compared(live: Live) -> Counts:
    """DHIS2 holds what it has confirmed, object by object and value by value."""
    live.left["reconciled"] = live.left.get("reconciled", 0) + 1
    return live.pilot.reconciled(f"reconcile-{live.left['reconciled']}")
