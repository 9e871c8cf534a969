"""Writing many objects of one class: one that is bad, or does not get through, stops no other.

    a payload ─┬─ DHIS2 names some ─► they are refused, the rest is sent again
               └─ it fails ─► a payload without objects ─┬─ fails too: the push ends
                              (the control request)      └─ gets through ─► halves ─► one object,
                                                                            which is refused

What DHIS2 answered with a failure of the whole is halved at once: the control request is made for
the last object. A part is given less time than the whole, so that one object without an answer
costs minutes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flows.connectors.dhis2.answers import check_control
from flows.connectors.dhis2.chunks import chunks
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.errors import BusyError, ForbiddenError
from flows.connectors.dhis2.failures import (
    ATTEMPTS_OF_A_PART,
    BLOCKED,
    NO_ANSWER,
    SECONDS_OF_A_PART,
    SERVER_ERROR,
    TOO_LARGE,
    WHOLE_REQUEST,
    Failure,
    Outcome,
    Refusals,
    failure_of,
)
from flows.connectors.dhis2.metadata_import import IMPORT, PATH, TooLargeError, import_payload
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json

OBJECTS_IN_A_PAYLOAD = 1_000
MAY_NOT = "E3001"
NOTHING = b"{}"


@dataclass(frozen=True)
class _Part:
    """Objects of one request.

    Attributes:
        objects: They.
        is_divided: Whether they are a part of a request that failed.
        is_again: Whether it is the same request once more.
    """

    objects: Sequence[Json]
    is_divided: bool = False
    is_again: bool = False

    @property
    def uids(self) -> list[str]:
        """The objects' UIDs."""
        return [thing["id"] for thing in self.objects]

    def halves(self) -> Iterator["_Part"]:
        """Yield the first half, which holds the parents, and the second."""
        middle = len(self.objects) // 2
        yield _Part(self.objects[:middle], is_divided=True)
        yield _Part(self.objects[middle:], is_divided=True)


def import_objects(client: Dhis2, kind: str, objects: Sequence[Json], outcome: Outcome) -> None:
    """Write objects of one class, in chunks, without those that DHIS2 or the way does not take.

    However many are refused, they say nothing of the server.

    Args:
        client: The DHIS2.
        kind: The class.
        objects: What is written; parents before children.
        outcome: Filled as it goes, so that a caller has what was refused before an error.

    Raises:
        TargetError: DHIS2 does not let the user in.
        BusyError: A request without objects failed too: the fault is the server's.
    """
    waiting = [_Part(chunk) for chunk in chunks(objects, OBJECTS_IN_A_PAYLOAD)]
    while waiting:
        part = waiting.pop(0)
        refused, failure = _request(client, kind, part)
        if failure is None:
            outcome.refused |= refused
            rest = [thing for thing in part.objects if thing["id"] not in refused]
            waiting[:0] = [_Part(rest, part.is_divided)] if refused and rest else []
        else:
            waiting[:0] = _parts_after(client, part, failure, outcome)


def _request(client: Dhis2, kind: str, part: _Part) -> tuple[Refusals, Failure | None]:
    """Send a part once; return the objects that DHIS2 names, or why it says nothing of any."""
    share = len(part.objects) / OBJECTS_IN_A_PAYLOAD
    less_patient = client.less_patient(ATTEMPTS_OF_A_PART, seconds=SECONDS_OF_A_PART, share=share)
    try:
        report = import_payload(
            less_patient if part.is_divided else client, {kind: list(part.objects)}
        )
    except TooLargeError:
        return {}, Failure(BLOCKED, TOO_LARGE)
    except (BusyError, TargetError) as error:
        return {}, failure_of(error)
    ours = set(part.uids)
    refused = {uid: codes for uid, codes in report.refused.items() if uid in ours}
    return refused, None if report.accepted or refused else Failure(WHOLE_REQUEST, SERVER_ERROR)


def _parts_after(client: Dhis2, part: _Part, failure: Failure, outcome: Outcome) -> list[_Part]:
    """Return what is sent after a part failed; refuse one object that fails by itself."""
    if failure.may_be_done or failure.reason == NO_ANSWER:
        outcome.in_doubt |= set(part.uids)
    is_single = len(part.objects) == 1
    if failure.is_on_the_way or is_single:
        try:
            check_metadata_way(client)
        except ForbiddenError:
            outcome.refuse(part.uids, MAY_NOT)
            return []
    if not is_single:
        return [*part.halves()]
    if failure.is_on_the_way and not part.is_again:
        return [_Part(part.objects, part.is_divided, is_again=True)]
    outcome.refuse(part.uids, failure.reason)
    return []


def check_metadata_way(client: Dhis2) -> None:
    """Make the control request of metadata, which fails only if the fault is the server's.

    Raises:
        ForbiddenError: The user may not write metadata.
        TargetError: DHIS2 does not let the user in.
        BusyError: DHIS2 stayed busy or out of reach, or fails whatever it is sent.
    """
    answer = client.exchange("POST", PATH, IMPORT, NOTHING)
    check_control(answer, PATH)
    if answer.status >= SERVER_ERROR:
        raise BusyError(
            f"DHIS2 failed on a payload of metadata without objects (status {answer.status}), "
            f"where a report was expected: the fault is the server's. Look at its log and its "
            f"database (disk, memory, connections), then run again. What it had refused before is "
            f"among the rejects; what was written before stays, and the rest was not written."
        )
