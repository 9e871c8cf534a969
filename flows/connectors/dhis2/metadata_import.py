"""Writing DHIS2's metadata: few requests, each judged by what DHIS2 stored.

Objects go by `POST /api/metadata?atomicMode=ALL` (with NONE, DHIS2 makes an object whose reference
is wrong all the same).
Where a proxy gives up waiting, DHIS2 goes on: it is read until it has what was sent, and the
payload is not sent again. Where a proxy takes no request of that size (413), it is divided.
"""

from collections.abc import Sequence

import orjson

from flows.connectors.dhis2.answers import Answer
from flows.connectors.dhis2.chunks import chunks
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.errors import BusyError, ForbiddenError
from flows.connectors.dhis2.metadata_read import present_objects
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json, Payload
from transforms.dhis2.metadata_merge import merge
from transforms.dhis2.metadata_report import MetadataReport, metadata_report
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES

Refusals = dict[str, list[str]]
"""UID of each refused object to its error codes."""

OBJECTS_IN_A_PAYLOAD = 1_000
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
    # Translations are not sent, and stay: some that DHIS2 has it would not take back (E1106).
    "skipTranslation": "true",
}
_DRY_RUN = {"importMode": "VALIDATE"}


class TooLargeError(TargetError):
    """A proxy before DHIS2 takes no request of this size."""


def import_payload(client: Dhis2, payload: Payload, *, validate: bool = False) -> MetadataReport:
    """Post a payload, all or nothing, and return what DHIS2 answered.

    Args:
        client: The DHIS2.
        payload: Objects by class.
        validate: A dry run: nothing is written.

    Raises:
        TooLargeError: A proxy before DHIS2 does not let it through.
        BusyError: DHIS2 stayed busy or out of reach, and does not have the objects.
    """
    body = orjson.dumps(payload)
    if validate:
        return _report(client.post("/api/metadata", _IMPORT | _DRY_RUN, body), len(body))
    try:
        answer = client.without_repeating().post("/api/metadata", _IMPORT, body)
    except BusyError as busy:
        if not busy.may_go_on:
            raise
        if _arrives(client, payload):
            return MetadataReport(accepted=True, total=0, refused={})
        if not busy.is_cut:
            raise
        answer = client.post("/api/metadata", _IMPORT, body)
    return _report(answer, len(body))


def import_objects(
    client: Dhis2, kind: str, objects: Sequence[Json], refused: Refusals | None = None
) -> Refusals:
    """Write objects of one class, in chunks, without those that DHIS2 refuses.

    Objects that an error names are left out, and the rest is sent again. Where none is named, the
    chunk is halved, down to the object that fails the whole request. That object is a reject, if a
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


def divide(payload: Payload) -> list[Payload]:
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


def _report(answer: Answer, size: int) -> MetadataReport:
    if answer.status == TOO_LARGE:
        raise TooLargeError(
            f"The proxy before DHIS2 takes no request of {size:,} bytes (413). Let its "
            f"administrator raise the limit (nginx: client_max_body_size), then start again. "
            f"Nothing of this request was written."
        )
    return metadata_report(answer.status, answer.body)


def _arrives(client: Dhis2, payload: Payload) -> bool:
    """Whether DHIS2 stores a payload after a proxy gave up waiting; waits for it."""
    return any(not _is_missing(client, payload) for _ in client.waits())


def _is_missing(client: Dhis2, payload: Payload) -> bool:
    return any(_lacks(client, kind, things) for kind, things in payload.items())


def _lacks(client: Dhis2, kind: str, things: Sequence[Json]) -> bool:
    present = present_objects(client, kind, {thing["id"] for thing in things})
    return any(_differs(kind, thing, present.get(thing["id"])) for thing in things)


def _differs(kind: str, thing: Json, present: Json | None) -> bool:
    """Whether DHIS2 has an object otherwise than it was sent; its own stamps aside."""
    sent = {name: value for name, value in thing.items() if name not in STAMPS}
    return merge(sent, present, METADATA_CLASSES[kind]) != present


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
