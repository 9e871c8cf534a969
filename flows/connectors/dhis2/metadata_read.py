"""Reading DHIS2's metadata, in few requests."""

from collections.abc import Collection, Iterable, Iterator

from flows.connectors.dhis2.chunks import chunks
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.presence import find
from transforms.core.json_texts import Json, Payload
from transforms.dhis2.analytical_objects import as_sent
from transforms.dhis2.metadata_merge import strip_shown_only
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES

UIDS_IN_A_REQUEST = 300  # an address longer than 8 KB is refused by the servers DHIS2 runs in


def index(client: Dhis2, kinds: Iterable[str]) -> Payload:
    """Return id, name and what must be unique of all objects of the classes."""
    return {
        kind: _all_of(client, kind, ",".join({"id": 0, "name": 0} | dict.fromkeys(_unique(kind))))
        for kind in kinds
    }


def present_objects(client: Dhis2, kind: str, uids: Collection[str]) -> dict[str, Json]:
    """Return UID to object, whole, of those that DHIS2 has."""
    shown = shown_objects(client, kind, uids)
    return {uid: as_sent(kind, strip_shown_only(thing)) for uid, thing in shown.items()}


def shown_objects(client: Dhis2, kind: str, uids: Collection[str]) -> dict[str, Json]:
    """Return the same as DHIS2 shows them, with what it only shows, such as translations."""
    one_by_one = METADATA_CLASSES[kind].read_one_by_one
    fields = METADATA_CLASSES[kind].fields
    listed = _list(client, kind, "id" if one_by_one else fields, uids)
    things = (_single(client, kind, thing["id"]) for thing in listed) if one_by_one else listed
    return {thing["id"]: thing for thing in things}


def options_of(client: Dhis2, option_set: str) -> list[Json]:
    """Return the options of a set, whole, in their order."""
    options = _all_of(client, "options", ":owner", f"optionSet.id:eq:{option_set}")
    return [strip_shown_only(thing) for thing in options]


def lines_of(client: Dhis2, org_units: Collection[str]) -> dict[str, list[str]]:
    """Return UID to the UIDs from the root down to it, of those of some org units that are there.

    Asked for by UID: what others have is not read.
    """
    return {
        unit["id"]: unit["path"].strip("/").split("/")
        for chunk in chunks(sorted(org_units), UIDS_IN_A_REQUEST)
        for unit in _all_of(client, "organisationUnits", "id,path", f"id:in:[{','.join(chunk)}]")
    }


def present_uids(client: Dhis2, kind: str, uids: Collection[str]) -> set[str]:
    """Return those of some UIDs that DHIS2 has of a class."""
    return {thing["id"] for thing in _list(client, kind, "id", uids)}


def count_of(client: Dhis2, kind: str) -> int:
    """Return how many objects of a class DHIS2 has: a page of one says it of all."""
    page = client.get(f"/api/{kind}", {"fields": "id", "pageSize": "1"})
    return int(page["pager"]["total"])


def roots(client: Dhis2) -> list[str]:
    """Return the UIDs of the org units that have no parent."""
    return [unit["id"] for unit in _all_of(client, "organisationUnits", "id", "level:eq:1")]


def children_of(client: Dhis2, org_units: Collection[str]) -> list[str]:
    """Return the UIDs of the org units right below some."""
    return [
        thing["id"]
        for chunk in chunks(sorted(org_units), UIDS_IN_A_REQUEST)
        for thing in _all_of(client, "organisationUnits", "id", f"parent.id:in:[{','.join(chunk)}]")
    ]


def org_units_below(client: Dhis2, root: str, among: Collection[str] | None = None) -> list[Json]:
    """Return an org unit and all that lie below it, whole, each with its `path`; read once.

    Which there are says one list, which grows with the whole tree; the rest is read by UID. Where
    some are looked for, nothing else is read.

    Args:
        client: The DHIS2.
        root: UID of the org unit.
        among: UIDs of those that are looked for; None: all.
    """
    if among is None:
        listed = _all_of(client, "organisationUnits", "id,parent[id],path")
        every = {unit["id"]: unit["path"] for unit in listed}
    else:
        every = {uid: "/" + "/".join(line) for uid, line in lines_of(client, among).items()}
    paths = {uid: path for uid, path in every.items() if root in path.split("/")}
    whole = present_objects(client, "organisationUnits", paths.keys())
    return [whole[uid] | {"path": path} for uid, path in paths.items() if uid in whole]


def has_hole(client: Dhis2, option_set: str) -> bool:
    """Whether an option was deleted from the set by hand on a DHIS2 2.40, which cannot save it."""
    found = find(client, f"/api/optionSets/{option_set}", "id,options[id]")
    return found is not None and None in (found.get("options") or ())


def _list(client: Dhis2, kind: str, fields: str, uids: Collection[str]) -> Iterator[Json]:
    for chunk in chunks(sorted(uids), UIDS_IN_A_REQUEST):
        yield from _all_of(client, kind, fields, f"id:in:[{','.join(chunk)}]")


def _single(client: Dhis2, kind: str, uid: str) -> Json:
    thing: Json = client.get(f"/api/{kind}/{uid}", {"fields": METADATA_CLASSES[kind].fields})
    return thing


def _unique(kind: str) -> tuple[str, ...]:
    return METADATA_CLASSES[kind].unique


def _all_of(client: Dhis2, kind: str, fields: str, *filters: str) -> list[Json]:
    params: dict[str, str | list[str]] = {"fields": fields, "paging": "false"}
    if filters:
        params["filter"] = list(filters)
    things = client.get(f"/api/{kind}", params).get(kind) or []
    return [thing for thing in things if thing is not None]
