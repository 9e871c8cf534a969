"""What users of the ministry's own org units see; docs/how-to/give-users-access.md makes them."""

import secrets
from typing import Any

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.target.read_back import Reader
from staging.acknowledged import scan
from tests.live.ministry.real import RealMinistry
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
VALIDATE = {"async": "false", "importMode": "VALIDATE", "importStrategy": "UPDATE"}


def seen(ministry: RealMinistry) -> str:
    """Make a facility user, a district user and a board user; return what each sees."""
    _, facility = ministry.busy_facility()
    paths = {row["id"]: row["path"].strip("/").split("/") for row in ministry.made.units}
    district, root = paths[facility][2], paths[facility][0]
    below = {uid for uid, path in paths.items() if district in path}
    told = [
        _seen_by(ministry, FACILITY_USER, facility, {facility}),
        _seen_by(ministry, DISTRICT_USER, district, below),
        _seen_by(ministry, INSURANCE_BOARD, root, set()),
    ]
    return "\n".join(["", *told])


def _seen_by(ministry: RealMinistry, role: UserRole, unit: str, own: set[str]) -> str:
    login = _new_user(ministry, role, unit)
    held = _held(ministry, CLAIM_EVENTS)
    here = set(held.filter(pl.col("orgUnit").is_in(list(own)))["uid"])
    with ministry.job("any").client_of(login) as client, ministry.client() as admin:
        dashboards = (_count(client), _count(admin))
        refused = _is_refused(client, held.row(0, named=True))
        listed = _line_list(client)
        people = _listed(client, TRACKED_ENTITIES)
        claims = _listed(client, CLAIM_EVENTS)
    insured = _held(ministry, INSUREE_ENROLLMENTS)
    of_own = set(insured.filter(pl.col("orgUnit").is_in(list(own)))["parentUid"])
    in_analytics = "no list" if listed is None else f"{len(listed)} (equal: {listed == here})"
    return (
        f"  {role.key}: dashboards {dashboards[0]} of {dashboards[1]}; writing refused: {refused}; "
        f"claim events in analytics {in_analytics} of {len(here)} at own places; people listed "
        f"{len(people)}, of {len(of_own)} insured at own places missing "
        f"{len(of_own - people.keys())}; claim events listed "
        f"{sum(place in own for place in claims.values())} at own places, "
        f"{sum(place not in own for place in claims.values())} elsewhere"
    )


def _new_user(ministry: RealMinistry, role: UserRole, unit: str) -> tuple[str, str]:
    name, password = f"{role.key}-{secrets.token_hex(3)}", f"Aa1-{secrets.token_urlsafe(16)}"
    units = [{"id": unit}]
    user = {
        "username": name, "password": password, "firstName": role.key, "surname": "Ministry",
        "userRoles": [{"id": role.uid}], "organisationUnits": units,
        "dataViewOrganisationUnits": units,
    }  # fmt: skip
    with ministry.client() as client:
        answer = client.exchange("POST", "/api/users", None, user)
        assert answer.ok, answer.body
        uid = answer.body["response"]["uid"]
        assert role.group is not None
        path = f"/api/userGroups/{role.group.uid}/users/{uid}"
        assert client.exchange("POST", path).ok
    return name, password


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
