"""What users of the ministry's own org units see; docs/how-to/give-users-access.md makes them."""

from typing import Any

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.target.read_back import Reader
from staging.acknowledged import scan
from staging.links import read_links
from tests.live.ministry.real import RealMinistry
from tests.live.outcomes import Counts, must, must_be_equal
from tests.live.steps.seeing import hidden_from
from transforms.changes.objects.schemas import acknowledged_schema
from transforms.dhis2.read_back import KINDS
from transforms.model.resources import CLAIM_EVENTS, INSUREE_ENROLLMENTS, TRACKED_ENTITIES, Resource
from transforms.model.tables.programs import CLAIM_DETAILS_STAGE, CLAIM_PROGRAM
from transforms.package.tables.user_roles import (
    DISTRICT_USER,
    FACILITY_USER,
    INSURANCE_BOARD,
    UserRole,
)

QUERY = f"/api/analytics/events/query/{CLAIM_PROGRAM.uid}"
ALL_DAYS = {"startDate": "1900-01-01", "endDate": "2100-01-01", "paging": "false"}
LETS_READERS_WRITE = (2, 40)
"""See docs/reference/what-users-see.md."""
VALIDATE = {"async": "false", "importMode": "VALIDATE", "importStrategy": "UPDATE"}


def seen(ministry: RealMinistry, *, in_analytics: bool) -> Counts:
    """Facility, district and board users of the ministry's org units see what they may."""
    _, facility = ministry.busy_facility()
    paths = {row["id"]: row["path"].strip("/").split("/") for row in ministry.made.units}
    district, root = paths[facility][2], paths[facility][0]
    below = {uid for uid, path in paths.items() if district in path}
    counts = Counts()
    for role, unit, own in (
        (FACILITY_USER, facility, {facility}),
        (DISTRICT_USER, district, below),
        (INSURANCE_BOARD, root, set[str]()),
    ):
        found = _seen_by(ministry, role, unit, own, in_analytics=in_analytics)
        counts |= {f"{role.key}: {what}": count for what, count in found.items()}
    return counts


def _seen_by(
    ministry: RealMinistry, role: UserRole, unit: str, own: set[str], *, in_analytics: bool
) -> Counts:
    login = ministry.new_user(role, unit)
    held = _held(ministry, CLAIM_EVENTS)
    here = set(held.filter(pl.col("orgUnit").is_in(list(own)))["uid"])
    with ministry.job("any").client_of(login) as client, ministry.client() as admin:
        visible = _count(admin) - hidden_from(role)
        must_be_equal(f"Dashboards of {role.key}", _count(client), visible)
        is_known = client.system_info().release == LETS_READERS_WRITE
        is_refused = _is_refused(client, held.row(0, named=True))
        must(is_refused or is_known, f"{role.key} may write")
        listed = _line_list(client)
        people = _listed(client, TRACKED_ENTITIES)
        claims = _listed(client, CLAIM_EVENTS)
    if in_analytics:
        must_be_equal(f"Claim events of {role.key} in analytics", listed, here or None)
    insured = _held(ministry, INSUREE_ENROLLMENTS)
    of_own = set(insured.filter(pl.col("orgUnit").is_in(list(own)))["parentUid"])
    links = read_links(ministry.target, ministry.current).drop_nulls("theirs")
    theirs = dict(links.select("uid", "theirs").iter_rows())
    missing = {theirs.get(uid, uid) for uid in of_own} - people.keys()
    must(not missing, f"{role.key} does not see {len(missing)} of {len(of_own)} insured")
    at_own = sum(place in own for place in claims.values())
    return {
        "changes refused": int(is_refused),
        "people listed": len(people),
        "insured at own places": len(of_own),
        "claim events in analytics": len(listed or ()),
        "claim events at own places": len(here),
        "listed at own places": at_own,
        "listed elsewhere": len(claims) - at_own,
    }


def _held(ministry: RealMinistry, resource: Resource) -> pl.DataFrame:
    """Return what DHIS2 has confirmed of a resource."""
    current = ministry.current
    frames = [
        scan(ministry.target, current, resource.name, number, acknowledged_schema(resource))
        for number in range(current.partitions)
    ]
    return pl.concat(frames, how="diagonal").filter(state="held").collect()


def _count(client: Dhis2) -> int:
    listed = client.get("/api/dashboards", {"fields": "id", "paging": "false"})
    return len(listed["dashboards"])


def _is_refused(client: Dhis2, row: dict[str, Any]) -> bool:
    event = {
        "event": row["uid"], "enrollment": row["parentUid"], "program": CLAIM_PROGRAM.uid,
        "programStage": CLAIM_DETAILS_STAGE.uid, "orgUnit": row["orgUnit"], "status": "COMPLETED",
        "occurredAt": row["occurredAt"],
    }  # fmt: skip
    answer = client.exchange("POST", "/api/tracker", VALIDATE, {"events": [event]})
    report = ((answer.body or {}).get("validationReport") or {}).get("errorReports")
    return not answer.ok or bool(report)


def _line_list(client: Dhis2) -> set[str] | None:
    params = {"dimension": "ou:USER_ORGUNIT", "stage": CLAIM_DETAILS_STAGE.uid} | ALL_DAYS
    answer = client.exchange("GET", QUERY, params)
    if not answer.ok:
        return None
    at = [header["name"] for header in answer.body["headers"]].index("psi")
    return {row[at] for row in answer.body["rows"]}


def _listed(client: Dhis2, resource: Resource) -> dict[str, str]:
    """Return the objects that the tracker's lists show, and where they are."""
    reader, kind = Reader(client, client.system_info().dialect), KINDS[resource.tracker_type]
    params = {"program": CLAIM_PROGRAM.uid, reader.dialect.org_unit_mode: "ACCESSIBLE"}
    params |= {"programStage": resource.stage} if resource.stage else {}
    path = f"/api/tracker/{kind.plural}"
    if not client.exchange("GET", path, params | {"pageSize": "1"}).ok:
        return {}
    return {each[kind.name]: each["orgUnit"] for page in reader.pages(resource) for each in page}
