"""What DHIS2 answered to one request: an answer for the caller to judge, or an error.

The table `transforms.dhis2.tables.http_answers` says which status is which.
"""

from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from flows.connectors.dhis2.errors import (
    BusyError,
    LoginError,
    forbidden_error,
    not_dhis2_error,
    not_found_error,
    transient,
    truncated_error,
)
from flows.connectors.dhis2.retry import retry_after_seconds
from transforms.core.errors import TargetError
from transforms.core.renaming import AS_OURS, Renaming
from transforms.dhis2.tables.http_answers import Reaction, http_answer

EVERYWHERE = ("/api/system/info", "/api/me")
"""What every DHIS2 has that is up."""
UNAUTHORISED, BAD_TOKEN = 401, 400
"""What DHIS2 answers to a login, and 2.41 and later to a token, that it does not know."""
OWN = "httpStatusCode"
"""What every refusal of DHIS2 itself has, and no page of a server before it."""


@dataclass(frozen=True)
class Answer:
    """What DHIS2 answered to one request.

    Attributes:
        status: HTTP status.
        body: The parsed JSON, or None where there was none.
        unanswered: Earlier attempts without an answer, which the server may still carry out.
    """

    status: int
    body: Any
    unanswered: int = 0

    @property
    def ok(self) -> bool:
        """Whether the status is one of success; it says nothing about the objects."""
        return 200 <= self.status < 300


def answer_of(
    response: httpx.Response, request: str, base_url: str, renaming: Renaming = AS_OURS
) -> Answer:
    """Return the answer in a response.

    Args:
        response: As it came.
        request: Method and path, for the error messages.
        base_url: Address of the server, for the error messages.
        renaming: UIDs that change places.

    Raises:
        TargetError: Nothing that follows can succeed.
        BusyError: DHIS2 is busy or out of reach.
    """
    _check_status(response, request)
    return Answer(response.status_code, _json(response, base_url, renaming))


def check_path(answer: Answer, path: str) -> None:
    """Refuse an answer that says that the path is not there, or not for this user.

    Raises:
        TargetError: 403 or 404.
    """
    if answer.status == 403:
        raise forbidden_error(path)
    if answer.status == 404:
        raise not_found_error(path)


def check_control(answer: Answer, path: str) -> None:
    """Refuse an answer to a request without objects that says nothing of any object.

    Every DHIS2 has the path. So a 404 is a DHIS2 that is not deployed yet, and time may cure it.

    Raises:
        TargetError: 403.
        BusyError: 404.
    """
    if answer.status == 404:
        raise transient(not_found_error(path))
    check_path(answer, path)


def check_read(answer: Answer, path: str) -> None:
    """Refuse an answer to a reading that does not bring what is there.

    What a DHIS2 answers that is not deployed yet, or whose database is down, time may cure. A 404
    is one of those if it is not DHIS2's own, or of what every DHIS2 has.

    Raises:
        TargetError: It is not there, or not for this user; or the request is malformed.
        BusyError: DHIS2 is down, or a part of it.
    """
    if answer.status == 404 and (not says_absent(answer) or path in EVERYWHERE):
        raise transient(not_found_error(path))
    check_path(answer, path)
    if answer.ok:
        return
    kind = LoginError if answer.status == BAD_TOKEN and path in EVERYWHERE else TargetError
    error = kind(
        f"DHIS2 answered {answer.status} to GET {path}; 200 was expected. Look at the server's log "
        f"at this time; 400 to everything is a malformed token. Nothing was changed by this "
        f"request."
    )
    raise transient(error) if answer.status in (409, *range(500, 600)) else error


def says_absent(answer: Answer) -> bool:
    """Whether DHIS2 itself says that an object is not there, or hides it from the user.

    A proxy, or a server in which DHIS2 is not deployed yet, answers 404 in a form of its own.
    """
    return answer.status == 404 and isinstance(answer.body, dict) and OWN in answer.body


def _check_status(response: httpx.Response, request: str) -> None:
    """Raise what the table of answers says, where a status leaves nothing to judge."""
    status = response.status_code
    rule = http_answer(status, is_json=_is_json(response))
    if rule.reaction is Reaction.STOP:
        kind = LoginError if status == UNAUTHORISED else TargetError
        raise kind(
            f"{request} was answered {status}: {rule.meaning}. {rule.hint} Nothing was changed "
            f"by this request."
        )
    if rule.reaction is Reaction.WAIT:
        raise BusyError(
            f"DHIS2 is busy or out of reach: {request} was answered {status}, {rule.meaning}. Try "
            f"again later; what was begun is settled by the next run.",
            retry_after_seconds(response.headers.get("retry-after")),
            may_go_on=rule.may_go_on,
        )


def _is_json(response: httpx.Response) -> bool:
    return "json" in response.headers.get("content-type", "")


def _json(response: httpx.Response, base_url: str, renaming: Renaming) -> Any:
    """Return the parsed body; None for an empty one, or one that is no JSON on a failure."""
    if not response.content:
        return None
    try:
        return orjson.loads(renaming.swap(response.content))
    except orjson.JSONDecodeError:
        if response.is_success:
            raise _unreadable_error(response.content, base_url) from None
        return None


def _unreadable_error(content: bytes, base_url: str) -> TargetError | BusyError:
    """Return the error of a success that is no JSON: truncated if it began as one of DHIS2's."""
    is_truncated = content.lstrip().startswith((b"{", b"["))
    return truncated_error(base_url) if is_truncated else not_dhis2_error(base_url)
