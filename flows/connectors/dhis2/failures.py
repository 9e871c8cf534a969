"""Requests with objects that brought no verdict on any of them, and what became of the objects.

    a request with objects fails ─► a request without objects ─┬─ fails too: the server's fault
                                    (the control request)      └─ gets through: the objects' fault

Each kind of request has a control request of its own kind: bundles, metadata, references.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from flows.connectors.dhis2.errors import BusyError, NotDhis2Error
from transforms.core.errors import TargetError

WHOLE_REQUEST, NO_ANSWER, BLOCKED = "whole_request", "no_answer", "blocked_on_the_way"
FORBIDDEN, NOT_FOUND, TOO_LARGE, SERVER_ERROR = 403, 404, 413, 500
ATTEMPTS_OF_A_PART, SECONDS_OF_A_PART = 3, 60.0
"""How often, and for how long, a part of a request that failed is tried."""

Refusals = dict[str, list[str]]
"""UID of each refused object to its error codes."""


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


@dataclass
class Outcome:
    """What became of objects or references that were sent; filled as it goes.

    Attributes:
        refused: Those that DHIS2 does not take, or that do not get through to it.
        in_doubt: UIDs in a request without an answer, which DHIS2 may still carry out.
    """

    refused: Refusals = field(default_factory=dict)
    in_doubt: set[str] = field(default_factory=set)

    def refuse(self, uids: Iterable[str], reason: str) -> None:
        """Note that some are not taken."""
        self.refused |= {uid: [reason] for uid in uids}


def failure_of(error: BusyError | TargetError) -> Failure:
    """Return the failure of a request that left no answer to judge."""
    if isinstance(error, BusyError):
        is_done = error.is_truncated or error.unanswered > 0
        return Failure(NO_ANSWER, may_be_done=is_done)
    is_unclear = isinstance(error, NotDhis2Error) or error.unanswered > 0
    return Failure(BLOCKED, may_be_done=is_unclear)
