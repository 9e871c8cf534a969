"""What each kind of user sees and may do."""

from typing import Any

from flows.connectors.dhis2.answers import Answer
from tests.live.context import Live
from tests.live.outcomes import Counts, must, must_be_equal
from tests.live.server import Login
from tests.live.steps.figures import questions_of
from transforms.dhis2.read_back import KINDS
from transforms.model.resources import CLAIM_EVENTS, INSUREE_ENROLLMENTS, TRACKED_ENTITIES, Resource
from transforms.model.tables.programs import CLAIM_DETAILS_STAGE, CLAIM_PROGRAM
from transforms.package.tables.dashboards import DASHBOARDS
from transforms.package.tables.sharing import READERS_OF_EVENTS
from transforms.package.tables.user_roles import (
    DISTRICT_USER,
    FACILITY_USER,
    INSURANCE_BOARD,
    UserRole,
)

Json = dict[str, Any]
VALIDATE = {"async": "false", "importMode": "VALIDATE", "importStrategy": "UPDATE"}
QUERY = f"/api/analytics/events/query/{CLAIM_PROGRAM.uid}"


def facility(live: Live) -> Counts:
    """A facility user sees all dashboards, writes nothing, and lists as the tracker has it."""
    return _reads_only(live, FACILITY_USER, {live.left["places"]["facility"]})


def facility_in_analytics(live: Live) -> Counts:
    """In analytics a facility user sees the facility's claims and no others."""
    counts = _in_analytics(live, "facility", {live.left["places"]["facility"]})
    return counts | _elsewhere(live, live.logins["facility"])


def district(live: Live) -> Counts:
    """A district user sees all dashboards and the district's insured, and writes nothing."""
    places = _below(live, live.left["places"]["district"])
    counts = _reads_only(live, DISTRICT_USER, places)
    insured = live.pilot.held(INSUREE_ENROLLMENTS)
    own = set(insured.filter(insured["orgUnit"].is_in(list(places)))["parentUid"])
    missing = own - _seen(live, live.logins["district"], TRACKED_ENTITIES).keys()
    must(not missing, f"{len(missing)} of the district's {len(own)} insured are not seen")
    return counts | {"insured of the district": len(own)}


def district_in_analytics(live: Live) -> Counts:
    """In analytics a district user sees the district's claims and no others."""
    return _in_analytics(live, "district", _below(live, live.left["places"]["district"]))


def board(live: Live) -> Counts:
    """The board sees all dashboards but that of events, no person, no event, and writes nothing."""
    counts = _reads_only(live, INSURANCE_BOARD, set())
    must_be_equal("People that the board sees", counts["people listed"], 0)
    must_be_equal("Claim events that the board sees", counts["claim events listed elsewhere"], 0)
    return counts


def board_in_analytics(live: Live) -> Counts:
    """In analytics the board sees every chart of the country, and no list of claim events."""
    login = live.logins["board"]
    counts = _charts(live, login)
    of_all = _charts(live, live.server.admin)["charts that answer"]
    must_be_equal("Charts that answer the board", counts["charts that answer"], of_all)
    answer = _line_list(live, login)
    must(not answer.ok, "The board reads a list of claim events")
    return counts | {"a line list is answered": answer.status}


def hidden_from(role: UserRole) -> int:
    """Return how many dashboards a role does not see: those of events, where it may read none."""
    return 0 if role.group in READERS_OF_EVENTS else sum(row.shows_events for row in DASHBOARDS)


def _reads_only(live: Live, role: UserRole, places: set[str]) -> Counts:
    login = live.logins[role.key]
    counts = _dashboards(live, login, hidden_from(role)) | _refused(live, login)
    return counts | _in_the_tracker(live, login, places)


def administrator(live: Live) -> Counts:
    """The administrator sees all dashboards, and may set up without being a superuser."""
    login = live.logins["administrator"]
    counts = _dashboards(live, login)
    live.as_user("administrator")
    try:
        live.pilot.set_up("set-up-by-administrator").must_complete()
        live.pilot.set_up("set-up-by-administrator-again").must_complete().must_write_nothing()
    finally:
        live.as_user("loader")
    return counts


def _dashboards(live: Live, login: Login, hidden: int = 0) -> Counts:
    listed = live.server.client(login).get("/api/dashboards", {"fields": "id", "paging": "false"})
    seen = {each["id"] for each in listed["dashboards"]}
    must_be_equal(
        "Dashboards that are not seen", len(set(live.server.ids("dashboards")) - seen), hidden
    )
    return {"dashboards": len(seen)}


def _refused(live: Live, login: Login) -> Counts:
    """Ask whether DHIS2 would take a change of a claim from the user: it must not."""
    place = live.left["places"]["facility"]
    row = live.pilot.held(CLAIM_EVENTS).filter(orgUnit=place).row(0, named=True)
    event = {
        "event": row["uid"], "enrollment": row["parentUid"], "program": CLAIM_PROGRAM.uid,
        "programStage": CLAIM_DETAILS_STAGE.uid, "orgUnit": place, "status": "COMPLETED",
        "occurredAt": row["occurredAt"],
    }  # fmt: skip
    answer = live.server.client(login).exchange(
        "POST", "/api/tracker", VALIDATE, {"events": [event]}
    )
    must(not answer.ok or _is_refused(answer.body), "A user who only reads may write")
    return {"a change is answered": answer.status}


def _is_refused(body: Any) -> bool:
    """Whether an import report names an object that would not be taken: its status may be 200."""
    return bool(((body or {}).get("validationReport") or {}).get("errorReports"))


def _in_the_tracker(live: Live, login: Login, own: set[str]) -> Counts:
    """Count what the tracker's lists show, as it is: versions differ in whose events they show."""
    people = _seen(live, login, TRACKED_ENTITIES)
    claims = _seen(live, login, CLAIM_EVENTS)
    held = live.pilot.held(CLAIM_EVENTS)
    here = held.filter(held["orgUnit"].is_in(list(own)))
    return {
        "people listed": len(people),
        "claim events listed at own places": sum(place in own for place in claims.values()),
        "of": here.height,
        "claim events listed elsewhere": sum(place not in own for place in claims.values()),
    }


def _seen(live: Live, login: Login, resource: Resource) -> dict[str, str]:
    """Return the objects that the user's lists show, and where they are."""
    reader = live.server.reader(login)
    kind = KINDS[resource.tracker_type]
    params = {"program": CLAIM_PROGRAM.uid, reader.dialect.org_unit_mode: "ACCESSIBLE"}
    params |= {"programStage": resource.stage} if resource.stage else {}
    answer = reader.client.exchange(
        "GET", f"/api/tracker/{kind.plural}", params | {"pageSize": "1"}
    )
    if not answer.ok:
        return {}
    return {each[kind.name]: each["orgUnit"] for page in reader.pages(resource) for each in page}


def _in_analytics(live: Live, kind: str, own: set[str]) -> Counts:
    """The line list of claim events shows those at the user's places, and no others."""
    answer = _line_list(live, live.logins[kind])
    must(answer.ok, f"The line list answers {answer.status}")
    at = {header["name"]: number for number, header in enumerate(answer.body["headers"])}
    seen = {row[at["psi"]] for row in answer.body["rows"]}
    held = live.pilot.held(CLAIM_EVENTS)
    expected = set(held.filter(held["orgUnit"].is_in(list(own)))["uid"])
    must_be_equal("Claim events in analytics that are not there", len(expected - seen), 0)
    must_be_equal("Claim events of others in analytics", len(seen - expected), 0)
    return {"claim events in analytics": len(seen)} | _charts(live, live.logins[kind])


def _line_list(live: Live, login: Login) -> Answer:
    params = {
        "dimension": "ou:USER_ORGUNIT", "stage": CLAIM_DETAILS_STAGE.uid, "startDate": "1900-01-01",
        "endDate": "2100-01-01", "paging": "false",
    }  # fmt: skip
    return live.server.client(login).exchange("GET", QUERY, params)


def _charts(live: Live, login: Login) -> Counts:
    """Count the charts that answer the user, as they are: some name the user's own org unit."""
    client = live.server.client(login)
    statuses = [
        client.exchange("GET", path, params).status
        for _, path, params in questions_of(live, "visualizations")
    ]
    return {"charts": len(statuses), "charts that answer": statuses.count(200)}


def _elsewhere(live: Live, login: Login) -> Counts:
    """Analytics refuse another facility."""
    held = live.pilot.held(CLAIM_EVENTS)
    [other, *_] = [
        each for each in held["orgUnit"].unique().sort() if each != live.left["places"]["facility"]
    ]
    params = {
        "dimension": f"ou:{other}", "stage": CLAIM_DETAILS_STAGE.uid, "startDate": "1900-01-01",
        "endDate": "2100-01-01",
    }  # fmt: skip
    answer = live.server.client(login).exchange("GET", QUERY, params)
    must(
        not answer.ok or not answer.body["rows"], "A facility user reads another facility's claims"
    )
    return {"another facility is answered": answer.status}


def _below(live: Live, uid: str) -> set[str]:
    return {uid, *live.server.ids("organisationUnits", filter=f"path:like:{uid}")}
