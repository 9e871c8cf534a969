"""Writing maps: one by one by `/api/maps`, since `/api/metadata` fails on what their layers name.

new               POST
other than ours   PUT; on 2.40, where that fails, DELETE and POST
"""

from flows.connectors.dhis2.answers import Answer
from flows.connectors.dhis2.client import Dhis2
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json
from transforms.dhis2.analytical_objects import map_body
from transforms.dhis2.metadata_plan import MAPS, Plan
from transforms.dhis2.metadata_report import object_error_codes
from transforms.dhis2.tables.versions import Dialect

PATH = "/api/maps"


def write_maps(client: Dhis2, dialect: Dialect, planned: Plan) -> None:
    """Write the maps of a plan.

    Raises:
        TargetError: DHIS2 refuses one; those before it are written, dashboards are not.
    """
    for thing in planned.create.get(MAPS, ()):
        _judge(thing, client.post(PATH, None, map_body(thing)))
        _share(client, thing)
    for thing in planned.change.get(MAPS, ()):
        _judge(thing, _replace(client, dialect, thing))
        _share(client, thing)


def _replace(client: Dhis2, dialect: Dialect, thing: Json) -> Answer:
    if dialect.maps_can_be_put:
        return client.put(f"{PATH}/{thing['id']}", None, map_body(thing))
    _judge(thing, client.delete(f"{PATH}/{thing['id']}"))
    return client.post(PATH, None, map_body(thing))


def _share(client: Dhis2, thing: Json) -> None:
    """Share a map by the endpoint for it: what `/api/maps` makes of `sharing` was never tried."""
    sharing = thing["sharing"]
    shared = {
        "publicAccess": sharing["public"],
        "externalAccess": sharing.get("external", False),
        "userAccesses": list(sharing.get("users", {}).values()),
        "userGroupAccesses": list(sharing["userGroups"].values()),
    }
    params = {"type": "map", "id": thing["id"]}
    _judge(thing, client.put("/api/sharing", params, {"object": shared}))


def _judge(thing: Json, answer: Answer) -> None:
    if not answer.ok:
        codes = object_error_codes(answer.body)
        raise TargetError(
            f"DHIS2 answered {answer.status} to the map {thing['id']} "
            f"({', '.join(codes) or 'without an error code'}). Look at its log at this time and "
            f"run set-up again, which makes what is missing. Maps after it, and dashboards, were "
            f"not written."
        )
