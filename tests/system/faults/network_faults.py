"""Faults on the way to DHIS2 and in it, as cues of the stand-in."""

# ruff: noqa: E501 - a table is read by its rows

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.system.faults.endings import SECONDS

Setting = Mapping[str, Any]

ANY = {"path": "/api/"}
# A payload of metadata is not sent again while DHIS2 may still be at it, but divided then.
METADATA = {"path": r"^/api/metadata\?", "method": "POST"}
ALL_BUT_METADATA = {"path": r"^/api/(?!metadata\?)"}
BUNDLE = {"path": r"^/api/tracker\?", "method": "POST"}

EVERY_SECOND = list(range(1, 200, 2))
HERE_AND_THERE = [1, 3, 6, 10]
BURSTS = [1, 2, 3, 6, 7, 8, 20, 21]
FROM_THE_THIRD = list(range(3, 1_000))

HTML = {"content-type": "text/html"}
PAGE = b"<html><body>Proxy Error</body></html>"
CONFLICT = {"httpStatus": "Conflict", "httpStatusCode": 409, "status": "ERROR", "message": "x"}
MALFORMED = {"httpStatus": "Bad Request", "httpStatusCode": 400, "status": "ERROR", "message": "x"}


@dataclass(frozen=True)
class Fault:
    """What goes wrong.

    Attributes:
        cue: Which requests, and how.
        stops: Part of the sentence with which the run stops; None if it gets through.
        rejects: How many objects the run leaves behind.
    """

    cue: Setting
    stops: str | None = None
    rejects: int = 0

    @property
    def is_of_metadata(self) -> bool:
        """Whether it meets payloads of metadata alone: a first load has none, set-up sent all."""
        return METADATA.items() <= self.cue.items()

    @property
    def is_slow(self) -> bool:
        """Whether an answer comes too late."""
        return self.cue.get("delay", 0) > SECONDS or self.cue.get("trickle", 0) > SECONDS


def _any(**fault: Any) -> Fault:
    return Fault({**ANY, "occurrences": EVERY_SECOND, **fault})


def _bundle(**fault: Any) -> Fault:
    return Fault({**BUNDLE, "occurrences": HERE_AND_THERE, **fault})


def _from_the_third(stops: str, **fault: Any) -> Fault:
    return Fault({**BUNDLE, "occurrences": FROM_THE_THIRD, **fault}, stops=stops)


FAULTS: Mapping[str, Fault] = {
    "reset before the request was read": _any(drop="before"),
    "reset after the request was done": _any(drop="after"),
    "reset before a bundle was read, three times": Fault({**BUNDLE, "occurrences": BURSTS, "drop": "before"}),
    "reset after a bundle was done, three times": Fault({**BUNDLE, "occurrences": BURSTS, "drop": "after"}),
    "no connection lasts": _from_the_third("can be reached", drop="before"),
    "time-out, and the server goes on and commits later": _bundle(delay=2 * SECONDS),
    "time-out at every attempt, and the server commits them all": _from_the_third("did not answer in time", delay=1.5 * SECONDS),
    "500 with HTML": _bundle(status=500, body=PAGE, headers=HTML),
    "500 with HTML, twice for a bundle": Fault({**BUNDLE, "occurrences": [1, 2], "status": 500, "body": PAGE, "headers": HTML}),
    "500 with HTML, for ever": _from_the_third("the fault is the server's", status=500, body=PAGE, headers=HTML),
    "500 though it was done": _bundle(status=500, body=PAGE, headers=HTML, commit=True),
    "burst of 502": Fault({**ALL_BUT_METADATA, "occurrences": BURSTS, "status": 502, "body": PAGE, "headers": HTML}),
    "burst of 503": Fault({**ANY, "occurrences": BURSTS, "status": 503}),
    "burst of 504": Fault({**ALL_BUT_METADATA, "occurrences": BURSTS, "status": 504, "body": PAGE, "headers": HTML}),
    "502 to metadata, which DHIS2 never got": Fault({**METADATA, "occurrences": [1], "status": 502, "body": PAGE, "headers": HTML}),
    "504 to metadata, which DHIS2 never got": Fault({**METADATA, "occurrences": [1], "status": 504, "body": PAGE, "headers": HTML}),
    "504 to metadata, and the server goes on": Fault({**METADATA, "occurrences": [1], "status": 504, "body": PAGE, "headers": HTML, "commit": True}),
    "504 from a proxy, and the server goes on": _any(status=504, body=PAGE, headers=HTML, commit=True),
    "503 for ever": _from_the_third("is busy", status=503),
    "429 without Retry-After": _any(status=429),
    "429 with Retry-After in seconds": _any(status=429, headers={"retry-after": "0"}),
    "429 with Retry-After as a date": _any(status=429, headers={"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    "413 above 12,000 bytes": Fault({**BUNDLE, "larger": 12_000, "status": 413, "body": PAGE, "headers": HTML}),
    "413 above 5,000 bytes": Fault({**BUNDLE, "larger": 5_000, "status": 413}),
    "413 above 2,000 bytes": Fault({**BUNDLE, "larger": 2_000, "status": 413}),
    "409 with a WebMessage": _bundle(status=409, body=CONFLICT),
    "409 with a WebMessage, twice for a bundle": Fault({**BUNDLE, "occurrences": [1, 2], "status": 409, "body": CONFLICT}),
    "409 with a WebMessage though it was done": _bundle(status=409, body=CONFLICT, commit=True),
    "200 and no body": _bundle(status=200, commit=True),
    "a report that lacks an object": _bundle(omit=1),
    "a report that lacks five objects": _bundle(omit=5),
    "a report that lacks every object": _bundle(omit=10_000),
    "an answer that trickles": _bundle(trickle=0.05),
    "an answer that trickles too slowly": _bundle(trickle=2 * SECONDS),
    "an answer that is cut before its first byte": _any(cut=0),
    "an answer that is cut after a byte": _any(cut=1),
    "an answer that is cut in the middle": _any(cut=60),
    "an answer that is cut and looks whole": _bundle(status=200, body=b'{"httpStatus":"OK","valida', commit=True),
    "a login that expires": _from_the_third("does not know the login", status=401, body={"message": "Unauthorized"}),
    "a login that expires, and a page to log in": _from_the_third("redirect", status=302, headers={"location": "/login"}),
    "a right that is taken away": _from_the_third("does not allow", status=403, body={"message": "Forbidden"}),
    "a proxy that hides the endpoint": _from_the_third("has no /api/tracker", status=404, body=PAGE, headers=HTML),
    "a proxy that answers for DHIS2": _from_the_third("not the API of a DHIS2", status=200, body=PAGE, headers=HTML),
}  # fmt: skip
