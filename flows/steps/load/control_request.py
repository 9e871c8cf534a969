"""Tell a record that the way to DHIS2 does not let through from a server that is down.

    a request with objects fails ─► a request without objects ─┬─ fails too: the server's fault
                                    (the control request)      └─ gets through: the objects' fault

A firewall refuses one text, a proxy gives up on one body, DHIS2 dies of one record: none of them
may stop the others. If the control request fails, nothing is learnt about any object.
"""

from dataclasses import dataclass, replace

from flows.connectors.dhis2.client import TRACKER, Dhis2
from flows.connectors.dhis2.errors import (
    BusyError,
    NotDhis2Error,
    forbidden_error,
    not_found_error,
    transient,
)
from transforms.core.errors import TargetError

PARAMETERS = {
    "async": "false",
    "atomicMode": "OBJECT",
    "reportMode": "FULL",
    "skipRuleEngine": "true",
    "skipSideEffects": "true",
}
NO_OBJECTS = b"{}"
WHOLE_REQUEST, NO_ANSWER, BLOCKED = "whole_request", "no_answer", "blocked_on_the_way"
FORBIDDEN, NOT_FOUND, TOO_LARGE = 403, 404, 413


@dataclass(frozen=True)
class Failure:
    """Why a request with objects brought no verdict on any of them.

    Attributes:
        reason: Reason code of the object, if it is alone in the request.
        status: HTTP status of the answer; None where there was none to judge.
        may_be_done: DHIS2 may have carried the request out, or may do so later.
    """

    reason: str
    status: int | None = None
    may_be_done: bool = False

    @property
    def is_too_large(self) -> bool:
        """Whether a smaller request may get through."""
        return self.status == TOO_LARGE

    @property
    def is_on_the_way(self) -> bool:
        """Whether the server may be away, or let nobody in: the control request tells."""
        return self.status in (None, FORBIDDEN, NOT_FOUND)

    def after(self, earlier: "Failure") -> "Failure":
        """Return the failure of objects that were in an earlier request, which failed too."""
        return replace(self, may_be_done=self.may_be_done or earlier.may_be_done)


def failure_of(error: BusyError | TargetError) -> Failure:
    """Return the failure of a request that left no answer to judge."""
    if isinstance(error, BusyError):
        is_done = error.is_truncated or error.unanswered > 0
        return Failure(NO_ANSWER, may_be_done=is_done)
    is_unclear = isinstance(error, NotDhis2Error) or error.unanswered > 0
    return Failure(BLOCKED, may_be_done=is_unclear)


def check_way(client: Dhis2, failure: Failure) -> None:
    """Make the control request, which fails only if the fault is the server's.

    Also among deletions it is a creation: how servers answer a deletion of nothing, no recording
    holds.

    Args:
        client: The DHIS2; it waits while DHIS2 is busy.
        failure: Of the request with objects.

    Raises:
        TargetError: DHIS2 does not let the user in.
        BusyError: DHIS2 stayed busy or out of reach, or fails whatever it is sent.
    """
    params = PARAMETERS | {"importStrategy": "CREATE_AND_UPDATE"}
    answer = client.exchange("POST", TRACKER, params, NO_OBJECTS)
    if answer.status == FORBIDDEN:
        raise forbidden_error(TRACKER)
    if answer.status == NOT_FOUND:
        raise transient(not_found_error(TRACKER))
    if not answer.ok:
        raise _server_error(failure.status or answer.status)


def _server_error(status: int) -> BusyError:
    return BusyError(
        f"DHIS2 gave no report on a request without objects (last status {status}), where one "
        f"was expected: the fault is the server's. Look at its log and its database (disk, "
        f"memory, connections), then run again. What it had refused before is among the "
        f"rejects; what was begun is settled by the next run."
    )
