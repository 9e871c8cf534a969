"""DHIS2 over HTTP: a plain client.

    Dhis2Server (flows/prefect_support/dhis2_server.py: where, and which login)
      └── client() ─► Dhis2 ─┬─ get, post, put, delete   403 and 404 are raised
                             └─ exchange                  403 and 404 are handed back

What DHIS2 answers is one of three:
    Answer          to be judged by the caller (200, 201, 204, 400, 409, 413, 500 …)
    TargetError     nothing that follows can succeed: login, rights, redirect, no DHIS2 there
    BusyError       time may cure it: raised only after the client has waited and asked
                    `Patience.attempts` times
Which status is which stands in `transforms.dhis2.tables.http_answers`; a time-out and a lost
connection are BusyErrors as well.
"""

import email.utils
import random
import re
import ssl
import time
import zoneinfo
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

import httpx
import orjson

from transforms.core.errors import TargetError, TransientError
from transforms.dhis2.tables.error_codes import error_code
from transforms.dhis2.tables.http_answers import Reaction, http_answer
from transforms.dhis2.tables.patches import Harm, Patch, patch_faults, upgrade_to
from transforms.dhis2.tables.versions import Dialect, Release, dialect_of
from transforms.model.tables.calendars import CALENDARS, ISO, Calendar

TRANSFER = "/api/tracker/ownership/transfer"

Parameters = Mapping[str, str | int | Sequence[str]]

UNKNOWN_TOKEN = 400
TRACKER = "/api/tracker"
CUT_OFF = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
LONGEST_RETRY_AFTER_SECONDS = 900.0


class ForbiddenError(TargetError):
    """DHIS2 does not allow the user what was requested (403)."""


class BusyError(TransientError):
    """DHIS2 is busy or out of reach.

    Attributes:
        retry_after: Seconds that it asked to wait, or None.
        may_go_on: Whether the server may still be working on the request, and do it later.
        is_cut: Whether the connection was lost, instead of a proxy, or us, giving up waiting.
    """

    def __init__(
        self,
        message: str,
        retry_after: float | None = None,
        *,
        may_go_on: bool = False,
        is_cut: bool = False,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.may_go_on = may_go_on
        self.is_cut = is_cut


@dataclass(frozen=True)
class Patience:
    """How long a request is tried.

    Attributes:
        attempts: Requests before giving up.
        longest_wait: Seconds; the wait doubles from one second up to this, with full jitter.
        wait: Waits so many seconds.
        repeats_unfinished: Whether a request is made again while DHIS2 may still be at it.
    """

    attempts: int = 8
    longest_wait: float = 60.0
    wait: Callable[[float], object] = time.sleep
    repeats_unfinished: bool = True

    def has_ended(self, attempt: int, *, may_go_on: bool) -> bool:
        """Whether the `attempt`th failure, counted from 1, is the last."""
        return attempt >= self.attempts or (may_go_on and not self.repeats_unfinished)

    def seconds(self, attempt: int, retry_after: float | None) -> float:
        """Return how long to wait after the `attempt`th failure, counted from 1."""
        if retry_after is not None:
            return min(retry_after, LONGEST_RETRY_AFTER_SECONDS)
        longest = min(self.longest_wait, 2.0 ** (attempt - 1))
        return random.uniform(0, longest)  # noqa: S311 - jitter, no secret


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


@dataclass(frozen=True)
class SystemInfo:
    """Who the server is.

    Attributes:
        version: As the server spells it, such as `2.42.5.2`.
        release: Such as (2, 42).
        system_id: The server's own id; None for a user who is no superuser: DHIS2 hides it.
        base_url: Where it was asked.
        calendar: In which it counts periods.
        said_calendar: The one that the country file says.
        time_zone: The zone in which it reads dates without zone.
    """

    version: str
    release: Release
    system_id: str | None
    base_url: str
    calendar: str
    time_zone: str | None
    said_calendar: str = ISO

    @property
    def dialect(self) -> Dialect:
        """What differs in this version.

        Raises:
            TargetError: The version is not supported.
        """
        return dialect_of(self.release)

    @property
    def zone(self) -> str:
        """Name of the time zone as it is known here; UTC where it is not."""
        known = self.time_zone in zoneinfo.available_timezones()
        return str(self.time_zone) if known else "UTC"

    @property
    def patch(self) -> Patch:
        """(5, 2) of `2.42.5.2`; empty for a version that is none of DHIS2's releases."""
        found = re.fullmatch(r"\d+\.\d+((?:\.\d+)+)", self.version)
        return tuple(int(part) for part in found[1].split(".")[1:]) if found else ()

    def patch_warnings(self, harm: Harm | None = None) -> list[str]:
        """Say which faults this patch of DHIS2 has, and what to upgrade to."""
        faults = patch_faults(self.release, self.patch, harm)
        return [
            f"DHIS2 {self.version}: {fault.meaning} Upgrade DHIS2 to "
            f"{upgrade_to(self.release, [fault])} or later."
            for fault in faults
        ]

    def check_reading(self) -> None:
        """Refuse a patch that reads its own objects back wrongly.

        Raises:
            TargetError: This is one.
        """
        if warnings := self.patch_warnings(Harm.READING):
            raise TargetError(
                f"{' '.join(warnings)} Till then what is read back cannot be believed. Nothing was "
                f"compared or changed."
            )

    def check_showing(self) -> None:
        """Refuse a patch that does not show what set-up has made; say all that is wrong with it.

        Raises:
            TargetError: This is one.
        """
        if self.patch_warnings(Harm.SHOWING):
            raise TargetError(
                f"{' '.join(self.patch_warnings())} Before that, set-up cannot see whether charts "
                f"are as they must be. Nothing was written."
            )

    def check_calendar(self) -> Calendar:
        """Return the calendar in which the server counts its periods.

        Raises:
            TargetError: It is none that was tried, or another than the country file says.
        """
        if self.calendar not in CALENDARS:
            raise TargetError(
                f"DHIS2 counts in the calendar {self.calendar!r}; {', '.join(CALENDARS)} were "
                f"tried, and work. In another one DHIS2 may refuse dates, or take the years of the "
                f"population for others. Report it, so that it is tried. Nothing was posted."
            )
        if self.calendar != self.said_calendar:
            raise TargetError(
                f"DHIS2 counts in the calendar {self.calendar!r}, and the country file says "
                f"{self.said_calendar!r}: dates would be sent in a form that DHIS2 refuses in "
                f'part. Say calendar = "{self.calendar}" under [dhis2] in the country file, '
                f"run set-up-dhis2, then start a new run. Nothing was posted."
            )
        return CALENDARS[self.calendar]


class Dhis2:
    """A client of one DHIS2 server; threads may share it.

    It keeps connections alive and keeps no cookies (a session lets a revoked login in), follows no
    redirect and uses unversioned paths.
    """

    def __init__(
        self, http: httpx.Client, base_url: str, patience: Patience, calendar: str = ISO
    ) -> None:
        self._http = http
        self._calendar = calendar
        self._patience = patience
        self.base_url = base_url

    def patient(self, patience: Patience) -> "Dhis2":
        """Return the same client with another patience; it shares the connections."""
        return Dhis2(self._http, self.base_url, patience, self._calendar)

    def waiting_by(self, wait: Callable[[float], object]) -> "Dhis2":
        """Return the same client, waiting by `wait`: an event's, so that it can be cut short."""
        return self.patient(replace(self._patience, wait=wait))

    def without_repeating(self) -> "Dhis2":
        """Return the same client, which repeats no request that DHIS2 may still be working on."""
        return self.patient(replace(self._patience, repeats_unfinished=False))

    def waits(self) -> Iterator[float]:
        """Wait as long as a busy DHIS2 is waited for, and yield before each look at it."""
        for attempt in range(1, self._patience.attempts + 1):
            seconds = self._patience.seconds(attempt, None)
            self._patience.wait(seconds)
            yield seconds

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, path: str, params: Parameters | None = None) -> Any:
        """Return the JSON that stands at `path`.

        Raises:
            TargetError: It is not there, or DHIS2 refuses it.
            BusyError: DHIS2 stayed busy or out of reach.
        """
        answer = self._there("GET", path, params, None)
        if not answer.ok:
            raise TargetError(
                f"DHIS2 answered {answer.status} to GET {path}; 200 was expected. Look at the "
                f"server's log at this time; 400 to everything is a malformed token. Nothing was "
                f"changed by this request."
            )
        return answer.body

    def post(self, path: str, params: Parameters | None = None, body: object = None) -> Answer:
        """Post `body` (bytes as they are, anything else as JSON) and return the answer to judge.

        Raises:
            ForbiddenError: The user may not.
            TargetError: Login, redirect, or no such endpoint.
            BusyError: DHIS2 stayed busy or out of reach.
        """
        return self._there("POST", path, params, body)

    def put(self, path: str, params: Parameters | None = None, body: object = None) -> Answer:
        """Put `body` and return the answer to judge; raises as `post` does."""
        return self._there("PUT", path, params, body)

    def delete(self, path: str, params: Parameters | None = None) -> Answer:
        """Delete what stands at `path` and return the answer to judge; raises as `post` does."""
        return self._there("DELETE", path, params, None)

    def exchange(
        self, method: str, path: str, params: Parameters | None = None, body: object = None
    ) -> Answer:
        """Return the answer, 403 and 404 included, asking again while DHIS2 is busy.

        Raises:
            TargetError: Login or redirect.
            BusyError: DHIS2 stayed busy or out of reach.
        """
        answer = self._when_not_busy(method, path, params, body)
        if answer.status == 500 and path.startswith(TRACKER) and self._uses_token:
            answer = self._with_known_token(method, path, params, body)
        if method != "GET" and answer.status == UNKNOWN_TOKEN:
            self._refuse_unknown_token()
        return answer

    @property
    def _uses_token(self) -> bool:
        return "Authorization" in self._http.headers

    def _with_known_token(
        self, method: str, path: str, params: Parameters | None, body: object
    ) -> Answer:
        """Ask again after DHIS2 has looked the token up.

        2.42 forgets tokens after an hour, at a start and when its caches are cleared; from then on
        it answers 500 to all of /api/tracker until another path was asked. A request that it
        refused so was not begun, and one that failed otherwise may be repeated.
        """
        self._when_not_busy("GET", "/api/me", {"fields": "id"}, None)
        return self._when_not_busy(method, path, params, body)

    def _when_not_busy(
        self, method: str, path: str, params: Parameters | None, body: object
    ) -> Answer:
        attempt, unanswered = 1, 0
        while True:
            try:
                return replace(self._once(method, path, params, body), unanswered=unanswered)
            except BusyError as busy:
                if self._patience.has_ended(attempt, may_go_on=busy.may_go_on):
                    raise
                unanswered += busy.may_go_on
                self._patience.wait(self._patience.seconds(attempt, busy.retry_after))
                attempt += 1

    def system_info(self) -> SystemInfo:
        """Return who the server is.

        Raises:
            TargetError: What answers is not a DHIS2, or does not let the user in.
            BusyError: It stayed busy or out of reach.
        """
        info = self.get("/api/system/info")
        if not isinstance(info, dict) or "version" not in info:
            raise _not_dhis2(self.base_url)
        return SystemInfo(
            version=str(info["version"]),
            release=_release(str(info["version"])),
            system_id=info.get("systemId") or None,
            base_url=self.base_url,
            calendar=str(info.get("calendar", "iso8601")),
            time_zone=info.get("serverTimeZoneId"),
            said_calendar=self._calendar,
        )

    def _refuse_unknown_token(self) -> None:
        """Tell a token that DHIS2 does not know (any more) from a body that it cannot read.

        DHIS2 2.41 and later answer both with 400.
        """
        answer = self._when_not_busy("GET", "/api/me", {"fields": "id"}, None)
        if answer.status == UNKNOWN_TOKEN:
            raise TargetError(
                "DHIS2 does not know the token, or no longer (400 to every request). Make a new "
                "one in DHIS2 and put it into the dhis2-server block. Nothing was changed by this "
                "request."
            )

    def _there(self, method: str, path: str, params: Parameters | None, body: object) -> Answer:
        answer = self.exchange(method, path, params, body)
        if answer.status == 403:
            raise ForbiddenError(
                f"DHIS2 does not allow {path} to this user (403). {error_code('E3001').hint} "
                f"Nothing was changed by this request."
            )
        if answer.status == 404:
            raise TargetError(
                f"DHIS2 has no {path}, or hides it from this user (404). Check the address and "
                f"the user's sharing rights. Nothing was changed by this request."
            )
        return answer

    def _once(self, method: str, path: str, params: Parameters | None, body: object) -> Answer:
        response = self._sent(method, path, params, body)
        _refuse_what_is_no_verdict(response, f"{method} {path}")
        return Answer(response.status_code, _json(response, self.base_url))

    def _sent(
        self, method: str, path: str, params: Parameters | None, body: object
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
        headers = {} if content is None else {"Content-Type": "application/json"}
        try:
            return self._http.request(
                method, path, params=dict(params or {}), content=content, headers=headers
            )
        except httpx.RequestError as error:
            raise _connection_error(error, self.base_url) from None


def _refuse_what_is_no_verdict(response: httpx.Response, request: str) -> None:
    """Raise what the table of answers says, where a status leaves nothing to judge."""
    status = response.status_code
    found = http_answer(status, is_json=_is_json(response))
    if found.reaction is Reaction.STOP:
        raise TargetError(
            f"{request} was answered {status}: {found.meaning}. {found.hint} Nothing was changed "
            f"by this request."
        )
    if found.reaction is Reaction.WAIT:
        raise BusyError(
            f"DHIS2 is busy or out of reach: {request} was answered {status}, {found.meaning}. Try "
            f"again later; what was begun is settled by the next run.",
            _retry_after(response.headers.get("retry-after")),
            may_go_on=found.may_go_on,
        )


def _is_json(response: httpx.Response) -> bool:
    return "json" in response.headers.get("content-type", "")


def _json(response: httpx.Response, base_url: str) -> Any:
    """Return the parsed body; None for an empty one, or one that is no JSON on a failure."""
    if not response.content:
        return None
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        if response.is_success:
            raise _cut(response.content, base_url) or _not_dhis2(base_url) from None
        return None


def _cut(content: bytes, base_url: str) -> BusyError | None:
    """Return the error of an answer that a proxy has cut, if it began as one of DHIS2's."""
    if not content.lstrip().startswith((b"{", b"[")):
        return None
    return BusyError(
        f"The answer of DHIS2 at {base_url} is cut off, perhaps by a proxy. Try again later; what "
        f"was begun is settled by the next run."
    )


def _not_dhis2(base_url: str) -> TargetError:
    return TargetError(
        f"What answers at {base_url} is not the API of a DHIS2, but perhaps a proxy or a login "
        f"page. Correct the address in the dhis2-server block. Nothing was changed."
    )


def _connection_error(error: httpx.RequestError, base_url: str) -> TargetError | BusyError:
    if _is_insecure(error) or isinstance(error, httpx.UnsupportedProtocol):
        return TargetError(
            f"The certificate or protocol of {base_url} cannot be trusted: no secure connection "
            f"could be made. Correct the address or the server's certificate. Nothing was posted."
        )
    kind = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "is cut off"
    return BusyError(
        f"DHIS2 at {base_url} {kind} ({type(error).__name__}). Check that it runs and can be "
        f"reached from here; what was begun is settled by the next run.",
        may_go_on=not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout),
        is_cut=not isinstance(error, httpx.TimeoutException),
    )


def _is_insecure(error: BaseException | None) -> bool:
    """Whether no secure connection can be made; time cures one that was cut off, but not this."""
    while error is not None:
        if isinstance(error, ssl.SSLError) and not isinstance(error, CUT_OFF):
            return True
        error = error.__cause__ or error.__context__
    return False


def _retry_after(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header: a number, or a date."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _release(version: str) -> Release:
    """Return (2, 42) of `2.42.5.2`, `2.42-SNAPSHOT` and the like.

    Raises:
        TargetError: The version cannot be read.
    """
    found = re.match(r"(\d+)\.(\d+)", version)
    if found is None:
        raise TargetError(
            f"DHIS2 says that its version is {version!r}; two numbers such as 2.42 were expected. "
            f"Check the address in the dhis2-server block. Nothing was posted."
        )
    return int(found[1]), int(found[2])
