"""Reading and writing DHIS2's metadata: few requests, each judged by what it stored.

Objects go by `POST /api/metadata?atomicMode=ALL` (with NONE, DHIS2 makes an object whose reference
is wrong all the same), references of large collections by the collection's own endpoint.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from flows.connectors.dhis2 import Dhis2
from transforms.analytical_objects import as_sent
from transforms.errors import TargetError
from transforms.metadata_merge import shown
from transforms.metadata_report import MetadataReport, collection_changes, metadata_report
from transforms.tables.error_codes import error_code
from transforms.tables.metadata_classes import METADATA_CLASSES

Json = dict[str, Any]
Payload = dict[str, list[Json]]
Refusals = dict[str, list[str]]
Thing = TypeVar("Thing")

UIDS_IN_A_REQUEST = 300  # an address longer than 8 KB is refused by the servers DHIS2 runs in
OBJECTS_IN_A_PAYLOAD = 1_000
REFERENCES_IN_A_CALL = 5_000
ALONE = 20  # objects of one push that may fail the whole request each, before the server is blamed

WHOLE_REQUEST = "whole_request"
RIGHTS = frozenset({"E3000", "E3001"})

_IMPORT = {
    "importStrategy": "CREATE_AND_UPDATE",
    "atomicMode": "ALL",
    "importReportMode": "ERRORS",
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
    things = _one_by_one(client, kind, uids) if one_by_one else _listed(client, kind, uids)
    return {thing["id"]: as_sent(kind, shown(thing)) for thing in things}


def _listed(client: Dhis2, kind: str, uids: Collection[str]) -> Iterator[Json]:
    fields = METADATA_CLASSES[kind].fields
    for chunk in chunks(sorted(uids), UIDS_IN_A_REQUEST):
        yield from _all_of(client, kind, fields, f"id:in:[{','.join(chunk)}]")


def _one_by_one(client: Dhis2, kind: str, uids: Collection[str]) -> Iterator[Json]:
    params = {"fields": METADATA_CLASSES[kind].fields}
    return (client.get(f"/api/{kind}/{uid}", params) for uid in sorted(uids))


def options_of(client: Dhis2, option_set: str) -> list[Json]:
    """Return the options of a set, whole, in their order."""
    options = _all_of(client, "options", ":owner", f"optionSet.id:eq:{option_set}")
    return [shown(thing) for thing in options]


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


def import_payload(client: Dhis2, payload: Payload, *, validate: bool = False) -> MetadataReport:
    """Post a payload, all or nothing, and return what DHIS2 said of it.

    Args:
        client: The DHIS2.
        payload: Objects by class.
        validate: Only ask whether it could be written.
    """
    mode = {"importMode": "VALIDATE"} if validate else {}
    answer = client.post("/api/metadata", _IMPORT | mode, payload)
    return metadata_report(answer.status, answer.body)


def import_objects(client: Dhis2, kind: str, objects: Sequence[Json]) -> Refusals:
    """Write objects of one class, in chunks, without those that DHIS2 refuses.

    What is named in an error is left out and the rest sent again; where none is named, the chunk
    is halved, down to the object that fails the whole request.

    Returns:
        UID of each refused object to its error codes.

    Raises:
        TargetError: More than `ALONE` objects failed the whole request: the fault is the server's;
            or the user may not write objects of the class.
    """
    refused: Refusals = {}
    waiting = list(chunks(objects, OBJECTS_IN_A_PAYLOAD))
    while waiting:
        chunk = waiting.pop(0)
        named = _refused_of(client, kind, chunk)
        if named is None and len(chunk) > 1:
            waiting[:0] = [chunk[: len(chunk) // 2], chunk[len(chunk) // 2 :]]
        elif named is None:
            refused[chunk[0]["id"]] = [WHOLE_REQUEST]
            _blame_the_server(kind, refused)
        elif named:
            _blame_the_settings(kind, chunk, named)
            refused |= named
            rest = [thing for thing in chunk if thing["id"] not in named]
            waiting[:0] = [rest] if rest else []
    return refused


def _blame_the_settings(kind: str, chunk: Sequence[Json], refused: Refusals) -> None:
    """Stop where every object is refused because the user lacks the right to make or change it."""
    lacking = [RIGHTS.intersection(codes) for codes in refused.values()]
    if len(refused) == len(chunk) and all(lacking):
        codes = sorted(frozenset().union(*lacking))
        said = " ".join(f"{code}: {error_code(code).meaning}" for code in codes)
        hints = " ".join(dict.fromkeys(error_code(code).hint for code in codes))
        raise TargetError(
            f"DHIS2 refuses all {len(chunk)} {kind} for want of a right: {said} {hints} Then start "
            f"again. Nothing was rejected."
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
    answer = client.post(path, None, body)
    return collection_changes(answer.status, answer.body) == len(asked)


def _refused_of(client: Dhis2, kind: str, chunk: Sequence[Json]) -> Refusals | None:
    """Return the objects of the chunk that DHIS2 names; None where it names none but refuses."""
    report = import_payload(client, {kind: list(chunk)})
    if report.accepted:
        return {}
    ours = {thing["id"] for thing in chunk}
    named = {uid: codes for uid, codes in report.refused.items() if uid in ours}
    return named or None


def _blame_the_server(kind: str, refused: Refusals) -> None:
    alone = sum(1 for codes in refused.values() if codes == [WHOLE_REQUEST])
    if alone > ALONE:
        raise TargetError(
            f"DHIS2 failed on {alone} {METADATA_CLASSES[kind].thing}s one by one without naming an "
            f"error; the fault is the server's, not theirs. Look at its log at this time. What was "
            f"written before stays; the rest was not written."
        )


def _all_of(client: Dhis2, kind: str, fields: str, *filters: str) -> list[Json]:
    params: dict[str, str | list[str]] = {"fields": fields, "paging": "false"}
    if filters:
        params["filter"] = list(filters)
    found = client.get(f"/api/{kind}", params).get(kind) or []
    return [thing for thing in found if thing is not None]
