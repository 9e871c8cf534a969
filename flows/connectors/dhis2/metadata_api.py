"""Reading and writing DHIS2's metadata: few requests, each judged by what it stored.

Objects go by `POST /api/metadata?atomicMode=ALL` (with NONE, DHIS2 makes an object whose reference
is wrong all the same), references of large collections by the collection's own endpoint.
Where a proxy gives up waiting, DHIS2 goes on: it is looked at until it holds what was sent, and
the payload is not sent again. Where a proxy takes no request of that size (413), it is divided.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import orjson

from flows.connectors.dhis2.client import BusyError, Dhis2, ForbiddenError
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json
from transforms.dhis2.analytical_objects import as_sent
from transforms.dhis2.metadata_merge import merged, shown
from transforms.dhis2.metadata_report import MetadataReport, collection_changes, metadata_report
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES

CACHE = {"cacheClear": "true"}

Payload = dict[str, list[Json]]
Refusals = dict[str, list[str]]
Thing = TypeVar("Thing")

UIDS_IN_A_REQUEST = 300  # an address longer than 8 KB is refused by the servers DHIS2 runs in
OBJECTS_IN_A_PAYLOAD = 1_000
REFERENCES_IN_A_CALL = 5_000

WHOLE_REQUEST = "whole_request"
TOO_LARGE = 413
SERVER_ERROR = 500
STAMPS = frozenset({"created", "createdBy", "lastUpdated", "lastUpdatedBy"})
MAY_NOT = "E3001"
NOTHING = b"{}"

_IMPORT = {
    "importStrategy": "CREATE_AND_UPDATE",
    "atomicMode": "ALL",
    "importReportMode": "ERRORS",
    # Translations are not sent, and stay: some that DHIS2 holds it would not take back (E1106).
    "skipTranslation": "true",
}


def index(client: Dhis2, kinds: Iterable[str]) -> Payload:
    """Return id, name and what must be unique of all objects of the classes."""
    return {
        kind: _all_of(client, kind, ",".join({"id": 0, "name": 0} | dict.fromkeys(_unique(kind))))
        for kind in kinds
    }


def held(client: Dhis2, kind: str, uids: Collection[str]) -> dict[str, Json]:
    """Return UID to object, whole, of those that DHIS2 has."""
    one_by_one = METADATA_CLASSES[kind].read_one_by_one
    fields = METADATA_CLASSES[kind].fields
    listed = _listed(client, kind, "id" if one_by_one else fields, uids)
    things = (_single(client, kind, thing["id"]) for thing in listed) if one_by_one else listed
    return {thing["id"]: as_sent(kind, shown(thing)) for thing in things}


def _listed(client: Dhis2, kind: str, fields: str, uids: Collection[str]) -> Iterator[Json]:
    for chunk in chunks(sorted(uids), UIDS_IN_A_REQUEST):
        yield from _all_of(client, kind, fields, f"id:in:[{','.join(chunk)}]")


def _single(client: Dhis2, kind: str, uid: str) -> Json:
    found: Json = client.get(f"/api/{kind}/{uid}", {"fields": METADATA_CLASSES[kind].fields})
    return found


def options_of(client: Dhis2, option_set: str) -> list[Json]:
    """Return the options of a set, whole, in their order."""
    options = _all_of(client, "options", ":owner", f"optionSet.id:eq:{option_set}")
    return [shown(thing) for thing in options]


def children_of(client: Dhis2, org_units: Collection[str]) -> list[str]:
    """Return the UIDs of the org units right below some."""
    return [
        thing["id"]
        for chunk in chunks(sorted(org_units), UIDS_IN_A_REQUEST)
        for thing in _all_of(client, "organisationUnits", "id", f"parent.id:in:[{','.join(chunk)}]")
    ]


def has_hole(client: Dhis2, option_set: str) -> bool:
    """Whether an option was deleted from the set by hand on a DHIS2 2.40, which cannot save it."""
    found = client.exchange("GET", f"/api/optionSets/{option_set}", {"fields": "id,options[id]"})
    return found.ok and None in (found.body.get("options") or ())


def members(client: Dhis2, kind: str, uid: str, collection: str) -> set[str]:
    """Return the UIDs in a collection of an object that set-up made.

    Raises:
        TargetError: DHIS2 does not have the object, or hides it.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    answer = client.exchange("GET", f"/api/{kind}/{uid}", {"fields": f"id,{collection}[id]"})
    if not answer.ok:
        raise TargetError(
            f"DHIS2 has no {METADATA_CLASSES[kind].thing} {uid}, or hides it from the user "
            f"({answer.status}). Run set-up-dhis2 (a newer package may need more than the one "
            f"before), and put the user into the group that it makes. No data were posted."
        )
    return {member["id"] for member in answer.body.get(collection) or ()}


class TooLargeError(TargetError):
    """A proxy before DHIS2 takes no request of this size."""


def import_payload(client: Dhis2, payload: Payload, *, validate: bool = False) -> MetadataReport:
    """Post a payload, all or nothing, and return what DHIS2 said of it.

    Args:
        client: The DHIS2.
        payload: Objects by class.
        validate: Only ask whether it could be written.

    Raises:
        TooLargeError: A proxy before DHIS2 does not let it through.
        BusyError: DHIS2 stayed busy or out of reach, or was not seen to store it.
    """
    mode = {"importMode": "VALIDATE"} if validate else {}
    body = orjson.dumps(payload)
    asking = client if validate else client.without_repeating()
    try:
        answer = asking.post("/api/metadata", _IMPORT | mode, body)
    except BusyError as busy:
        if validate or not busy.may_go_on:
            raise
        if _arrives(client, payload):
            return MetadataReport(accepted=True, total=0, refused={})
        if not busy.is_cut:
            raise
        answer = client.post("/api/metadata", _IMPORT, body)
    if answer.status == TOO_LARGE:
        raise TooLargeError(
            f"The proxy before DHIS2 takes no request of {len(body):,} bytes (413). Let its "
            f"administrator raise the limit (nginx: client_max_body_size), then start again. "
            f"Nothing of this request was written."
        )
    return metadata_report(answer.status, answer.body)


def _arrives(client: Dhis2, payload: Payload) -> bool:
    """Wait until DHIS2 holds a payload that it went on with after a proxy gave up waiting."""
    return any(not _is_missing(client, payload) for _ in client.waits())


def _is_missing(client: Dhis2, payload: Payload) -> bool:
    return any(_lacks(client, kind, things) for kind, things in payload.items())


def _lacks(client: Dhis2, kind: str, things: Sequence[Json]) -> bool:
    there = held(client, kind, {thing["id"] for thing in things})
    return any(_differs(kind, thing, there.get(thing["id"])) for thing in things)


def _differs(kind: str, thing: Json, there: Json | None) -> bool:
    """Whether DHIS2 holds something otherwise than it was sent; its own stamps aside."""
    sent = {name: value for name, value in thing.items() if name not in STAMPS}
    return merged(sent, there, METADATA_CLASSES[kind]) != there


def divided(payload: Payload) -> list[Payload]:
    """Return a payload in two parts of which the second may need the first; [] if it is one thing.

    Programs and their stages name each other, so they stay together.
    """
    kinds = [kind for kind in METADATA_CLASSES if kind in payload]
    first = kinds[: max(1, len(kinds) // 2)]
    if "programStages" in kinds and "programs" in first and "programStages" not in first:
        first = kinds[: kinds.index("programStages") + 1]
    if len(first) < len(kinds):
        return [
            {kind: payload[kind] for kind in first},
            {kind: payload[kind] for kind in kinds if kind not in first},
        ]
    middle = len(payload[kinds[0]]) // 2 if len(kinds) == 1 else 0
    halves = (slice(None, middle), slice(middle, None)) if middle else ()
    return [{kinds[0]: payload[kinds[0]][half]} for half in halves]


def import_objects(
    client: Dhis2, kind: str, objects: Sequence[Json], refused: Refusals | None = None
) -> Refusals:
    """Write objects of one class, in chunks, without those that DHIS2 refuses.

    What is named in an error is left out and the rest sent again; where none is named, the chunk
    is halved, down to the object that fails the whole request. That object is a reject, if a
    request without objects gets through; however many there are, they say nothing of the server.

    Args:
        client: The DHIS2.
        kind: The class.
        objects: What is written.
        refused: Filled as it goes, so that a caller has what was refused before an error.

    Returns:
        UID of each refused object to its error codes: `refused`.

    Raises:
        TargetError: A request without objects failed: the fault is the server's.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    refused = {} if refused is None else refused
    waiting = list(chunks(objects, OBJECTS_IN_A_PAYLOAD))
    while waiting:
        chunk = waiting.pop(0)
        named = _refused_of(client, kind, chunk)
        if named is None and len(chunk) > 1:
            waiting[:0] = [chunk[: len(chunk) // 2], chunk[len(chunk) // 2 :]]
        elif named is None:
            _check_that_others_get_through(client)
            refused[chunk[0]["id"]] = [WHOLE_REQUEST]
        elif named:
            refused |= named
            rest = [thing for thing in chunk if thing["id"] not in named]
            waiting[:0] = [rest] if rest else []
    return refused


def _check_that_others_get_through(client: Dhis2) -> None:
    """Post a payload without objects, which only fails if the fault is the server's."""
    status = client.post("/api/metadata", _IMPORT, NOTHING).status
    if status >= SERVER_ERROR:
        raise TargetError(
            f"DHIS2 failed on a payload of metadata without objects (status {status}), where a "
            f"report was expected: the fault is the server's. Look at its log and its database "
            f"(disk, memory, connections), then run again. What it had refused before is among "
            f"the rejects; what was written before stays, and the rest was not written."
        )


def change_references(
    client: Dhis2, path: str, additions: Collection[str], deletions: Collection[str] = ()
) -> bool:
    """Add to and take from a collection of references, in few calls.

    Args:
        client: The DHIS2.
        path: Such as `/api/programs/IR5BiEXrBD7/organisationUnits`.
        additions: UIDs that are not in it.
        deletions: UIDs that are in it.

    Returns:
        Whether DHIS2 counted as many changes as were asked: it says OK to a UID it does not have.
    """
    asked = [("additions", uid) for uid in sorted(additions)]
    asked += [("deletions", uid) for uid in sorted(deletions)]
    counted = [_change(client, path, chunk) for chunk in chunks(asked, REFERENCES_IN_A_CALL)]
    return all(counted)


def chunks(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """Return the things in lists of at most `size`."""
    walk = iter(things)
    while chunk := list(islice(walk, size)):
        yield chunk


def _unique(kind: str) -> tuple[str, ...]:
    return METADATA_CLASSES[kind].unique


def _change(client: Dhis2, path: str, asked: Sequence[tuple[str, str]]) -> bool:
    body: dict[str, list[Json]] = {"additions": [], "deletions": []}
    for verb, uid in asked:
        body[verb].append({"id": uid})
    answer = client.exchange("POST", path, None, body)
    return collection_changes(answer.status, answer.body) == len(asked)


def _refused_of(client: Dhis2, kind: str, chunk: Sequence[Json]) -> Refusals | None:
    """Return the objects of the chunk that DHIS2 names; None where it names none but refuses."""
    try:
        report = import_payload(client, {kind: list(chunk)})
    except ForbiddenError:
        return {thing["id"]: [MAY_NOT] for thing in chunk}
    except TooLargeError:
        if len(chunk) == 1:
            raise
        return None
    if report.accepted:
        return {}
    ours = {thing["id"] for thing in chunk}
    named = {uid: codes for uid, codes in report.refused.items() if uid in ours}
    return named or None


def _all_of(client: Dhis2, kind: str, fields: str, *filters: str) -> list[Json]:
    params: dict[str, str | list[str]] = {"fields": fields, "paging": "false"}
    if filters:
        params["filter"] = list(filters)
    found = client.get(f"/api/{kind}", params).get(kind) or []
    return [thing for thing in found if thing is not None]


def clear_cache(client: Dhis2) -> None:
    """Let DHIS2 forget the figures of indicators as they were defined before (2.43).

    Raises:
        TargetError: The user may not perform maintenance.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    client.post("/api/maintenance", CACHE)
