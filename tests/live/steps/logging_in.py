"""The users of docs/how-to/give-users-access.md, and the ways in which the daily load logs in."""

import re
from pathlib import Path

from tests.live.context import Live
from tests.live.outcomes import Counts, must
from transforms.package.tables.user_roles import (
    ADMINISTRATOR,
    ANALYTICS,
    DISTRICT_USER,
    FACILITY_USER,
    INSURANCE_BOARD,
    LOADER,
)

CONNECT = Path(__file__).parents[3] / "docs" / "how-to" / "connect.md"
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def loader(live: Live) -> Counts:
    """The user of the load has the product's role, and set-up gives the rest."""
    live.logins["loader"] = live.server.new_user(LOADER, "loader")
    live.logins["analytics"] = live.server.new_user(LOADER, "analytics", ANALYTICS)
    for kind in ("loader", "analytics"):
        done = live.pilot.set_up(f"set-up-{kind}", loader_user=live.logins[kind].username)
        done.must_complete()
    me = live.server.client(live.logins["loader"]).get("/api/me", {"fields": "authorities"})
    must("ALL" not in me["authorities"], "The loader is a superuser")
    return {"authorities": len(me["authorities"])}


def tokens(live: Live) -> Counts:
    """The loader makes a token, and one that is limited to the methods that our pages name."""
    methods = named_methods()
    live.logins["token"] = live.server.new_token(live.logins["loader"])
    live.logins["limited token"] = live.server.new_token(live.logins["loader"], methods)
    return {"tokens": 2, "methods": ", ".join(methods)}


def named_methods() -> list[str]:
    """Return the methods that a token needs; without a sentence on the page those known to do."""
    found = re.search(
        r"token[^.\n]*?((?:`?(?:GET|POST|PUT|PATCH|DELETE)`?(?:, | and )?)+)", CONNECT.read_text()
    )
    named = re.findall("|".join(VERBS), found[1]) if found else []
    return named or ["GET", "POST", "PUT"]


def readers(live: Live) -> Counts:
    """Facility, district and board users and an administrator are made as our pages say."""
    places = live.left["places"]
    facility, district, root = places["facility"], places["district"], live.pilot.country.root.uid
    new = live.server.new_user
    live.logins["facility"] = new(
        FACILITY_USER,
        "facility",
        organisationUnits=[facility],
        dataViewOrganisationUnits=[facility],
    )
    live.logins["district"] = new(
        DISTRICT_USER,
        "district",
        organisationUnits=[district],
        dataViewOrganisationUnits=[district],
    )
    live.logins["board"] = new(
        INSURANCE_BOARD, "board", organisationUnits=[root], dataViewOrganisationUnits=[root]
    )
    live.logins["administrator"] = new(
        ADMINISTRATOR, "administrator", organisationUnits=[root], dataViewOrganisationUnits=[root]
    )
    return {"users": 4}
