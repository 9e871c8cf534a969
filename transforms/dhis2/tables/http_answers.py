"""What an HTTP answer of DHIS2, or of a proxy before it, means for the caller.

A status that is not named is the caller's to judge: 200, 400, 404, 409, 413, 500 …
520 to 530 are Cloudflare's own; 408 and 502 to 504 come from proxies more often than from DHIS2.
"""

from dataclasses import dataclass
from enum import StrEnum


class Reaction(StrEnum):
    """What the client does."""

    JUDGE = "judge"  # hand the answer to the caller
    WAIT = "wait"  # retry later
    STOP = "stop"  # nothing that follows can succeed


@dataclass(frozen=True)
class HttpAnswer:
    """One status.

    Attributes:
        reaction: What the client does.
        meaning: What was found, for people.
        hint: What to do about it.
        may_go_on: DHIS2 may still be working on the request, and do it later.
        unless_own: The reaction holds only where the body is not JSON, so not DHIS2's own.
    """

    reaction: Reaction
    meaning: str = ""
    hint: str = ""
    may_go_on: bool = False
    unless_own: bool = False


def _wait(meaning: str, *, may_go_on: bool = False) -> HttpAnswer:
    return HttpAnswer(Reaction.WAIT, meaning, may_go_on=may_go_on)


_LOGIN = (
    "Check the token or the user and password of the dhis2-server block. DHIS2 answers the same to "
    "a user who is disabled, locked or has two-factor login on, and to a token that has expired, or "
    "that is limited to other HTTP methods (GET, POST, PUT and DELETE are needed) or addresses."
)
_FIREWALL = HttpAnswer(
    Reaction.STOP,
    "a firewall or proxy before DHIS2 refuses the request: the answer is not DHIS2's",
    "Let its administrator allow GET, POST, PUT and DELETE to /api for this machine.",
    unless_own=True,
)
_CERTIFICATE = HttpAnswer(
    Reaction.STOP,
    "the proxy before DHIS2 does not trust DHIS2's certificate",
    "Let its administrator renew the certificate or the proxy's trust.",
)
JUDGED = HttpAnswer(Reaction.JUDGE)
REDIRECT = HttpAnswer(
    Reaction.STOP,
    "a redirect, as for a login page: the login was not taken, or the base URL is not DHIS2's own "
    "address (http for https, a missing path)",
    "Correct the dhis2-server block.",
)

HTTP_ANSWERS: dict[int, HttpAnswer] = {
    401: HttpAnswer(Reaction.STOP, "DHIS2 does not know the login", _LOGIN),
    403: _FIREWALL,
    405: _FIREWALL,
    407: HttpAnswer(
        Reaction.STOP,
        "a proxy on the way to DHIS2 wants a login",
        "Write it into the proxy's address in HTTPS_PROXY or HTTP_PROXY of the worker's "
        "environment; or write proxy=direct into the dhis2-server block.",
    ),
    408: _wait("the request arrived too slowly", may_go_on=True),
    425: _wait("the request came too early"),
    429: _wait("DHIS2 gets too many requests"),
    502: _wait("the proxy before DHIS2 got no proper answer", may_go_on=True),
    503: _wait("DHIS2 is busy or starting"),
    504: _wait("the proxy before DHIS2 gave up waiting", may_go_on=True),
    520: _wait("the proxy before DHIS2 got no proper answer", may_go_on=True),
    521: _wait("the proxy before DHIS2 finds it down"),
    522: _wait("the proxy before DHIS2 could not connect to it", may_go_on=True),
    523: _wait("the proxy before DHIS2 finds no way to it"),
    524: _wait("the proxy before DHIS2 gave up waiting", may_go_on=True),
    525: _CERTIFICATE,
    526: _CERTIFICATE,
    530: _wait("the proxy before DHIS2 does not find it"),
}


def http_answer(status: int, *, is_json: bool) -> HttpAnswer:
    """Return what a status means.

    Args:
        status: HTTP status.
        is_json: Whether the body is JSON, as all that DHIS2 itself answers is.
    """
    answer = REDIRECT if 300 <= status < 400 else HTTP_ANSWERS.get(status, JUDGED)
    return JUDGED if answer.unless_own and is_json else answer
