"""Writing a payload of DHIS2's metadata: one request, judged by what DHIS2 stored.

It goes by `POST /api/metadata?atomicMode=ALL` (with NONE, DHIS2 makes an object whose reference
is wrong all the same).
Where a proxy gives up waiting, DHIS2 goes on: it is read until it has what was sent, and the
payload is not sent again. Where a proxy takes no request of that size (413), it is divided. Many
objects of one class, of which some may be bad: flows/connectors/dhis2/metadata_objects.py.
"""

from collections.abc import Sequence

import orjson

from flows.connectors.dhis2.answers import Answer
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.errors import BusyError
from flows.connectors.dhis2.failures import TOO_LARGE
from flows.connectors.dhis2.metadata_read import present_objects
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json, Payload
from transforms.dhis2.metadata_merge import merge
from transforms.dhis2.metadata_report import MetadataReport, metadata_report
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES

STAMPS = frozenset({"created", "createdBy", "lastUpdated", "lastUpdatedBy"})
PATH = "/api/metadata"
IMPORT = {
    "importStrategy": "CREATE_AND_UPDATE",
    "atomicMode": "ALL",
    "importReportMode": "ERRORS",
    # Translations are not sent, and stay: some that DHIS2 has it would not take back (E1106).
    "skipTranslation": "true",
}
_DRY_RUN = {"importMode": "VALIDATE"}


class TooLargeError(TargetError):
    """A proxy before DHIS2 accepts no request of this size."""


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
        return _report(client.post(PATH, IMPORT | _DRY_RUN, body), len(body))
    try:
        answer = client.without_repeating().post(PATH, IMPORT, body)
    except BusyError as busy:
        if not busy.may_go_on:
            raise
        if _arrives(client, payload):
            return MetadataReport(accepted=True, total=0, refused={})
        if not busy.is_cut:
            raise
        answer = client.post(PATH, IMPORT, body)
    return _report(answer, len(body))


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
            f"The proxy before DHIS2 accepts no request of {size:,} bytes (413). Let its "
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
