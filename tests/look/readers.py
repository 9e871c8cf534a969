"""The four kinds of users who look, made as docs/how-to/give-users-access.md says."""

from typing import Any

from tests.live.server import Login, Server
from transforms.package.tables.user_roles import (
    ADMINISTRATOR,
    DISTRICT_USER,
    FACILITY_USER,
    INSURANCE_BOARD,
)

ROLES = {
    "administrator": ADMINISTRATOR,
    "board": INSURANCE_BOARD,
    "district": DISTRICT_USER,
    "facility": FACILITY_USER,
}
READERS = tuple(ROLES)


def readers_of(server: Server) -> dict[str, Login]:
    """Make a user of each kind, where most claims are."""
    facility = _busiest(server)
    line = [unit["id"] for unit in (*facility["ancestors"], facility)]
    places = {
        "administrator": line[0],
        "board": line[0],
        "district": line[-2],
        "facility": line[-1],
    }
    return {
        kind: server.new_user(
            role, kind,
            organisationUnits=[places[kind]], dataViewOrganisationUnits=[places[kind]],
        )
        for kind, role in ROLES.items()
    }  # fmt: skip


def readers_group(kind: str) -> str:
    """Return the UID of the group that a kind of user is in."""
    group = ROLES[kind].group
    return group.uid if group else ""


def without_readers(server: Server, logins: dict[str, Login]) -> None:
    """Remove the users again."""
    for login in logins.values():
        server.client().exchange("DELETE", f"/api/users/{login.uid}")


def _busiest(server: Server) -> dict[str, Any]:
    """Return the health facility with most claims of the last year."""
    claims = server.get(
        "/api/programIndicators", filter="name:eq:Entered claims (Number)", fields="id"
    )["programIndicators"][0]["id"]
    root = server.get("/api/organisationUnits", filter="level:eq:1", fields="id")[
        "organisationUnits"
    ][0]["id"]
    dimensions = [f"dx:{claims}", f"ou:{root};LEVEL-4", "pe:LAST_12_MONTHS;LAST_YEAR"]
    answer = server.get("/api/analytics", dimension=dimensions, skipMeta="true")
    at = {header["name"]: number for number, header in enumerate(answer["headers"])}
    counts: dict[str, float] = {}
    for row in answer["rows"]:
        counts[row[at["ou"]]] = counts.get(row[at["ou"]], 0) + float(row[at["value"]])
    counts.pop(root, None)
    uid = max(counts, key=lambda each: counts[each])
    return dict(server.get(f"/api/organisationUnits/{uid}", fields="id,ancestors[id]"))
