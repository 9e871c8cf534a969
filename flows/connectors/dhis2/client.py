"""DHIS2 over HTTP: a plain client.

    Dhis2Server (flows/prefect_support/dhis2_server.py: where, and which login)
      └── client() ─► Dhis2 ─┬─ get, post, put, delete   403 and 404 are raised
                             └─ exchange                  403 and 404 are returned

A request ends in one of three ways:
    Answer        the caller judges it (200, 201, 204, 400, 409, 413, 500 …)
    TargetError   nothing that follows can succeed: login, rights, redirect, no DHIS2 there
    BusyError     DHIS2 stayed busy or out of reach for `Patience.attempts` attempts
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, Self

import httpx
import orjson

from flows.connectors.dhis2.answers import Answer, answer_of, check_path, check_read
from flows.connectors.dhis2.errors import BusyError, not_dhis2_error, unknown_token_error
from flows.connectors.dhis2.request_errors import request_error
from flows.connectors.dhis2.retry import Patience
from flows.connectors.dhis2.system_info import SystemInfo, release_of
from transforms.core.errors import TargetError
from transforms.core.renaming import AS_OURS, Renaming
from transforms.model.tables.calendars import ISO

TRACKER = "/api/tracker"
TRANSFER = "/api/tracker/ownership/transfer"

Parameters = Mapping[str, str | int | Sequence[str]]

_BAD_REQUEST = 400
_SERVER_ERROR = 500


class Dhis2:
    """A client of one DHIS2 server; threads may share it.

    It keeps connections alive and keeps no cookies (a session lets a revoked login in), follows no
    redirect and uses unversioned paths. Here and nowhere else UIDs change places (`renaming`).
    """

    def __init__(
        self,
        http: httpx.Client,
        base_url: str,
        patience: Patience,
        calendar: str = ISO,
        proxy: str | None = None,
        renaming: Renaming = AS_OURS,
    ) -> None:
        self._http = http
        self._calendar = calendar
        self._patience = patience
        self._timeout = http.timeout
        self._proxy = proxy
        self.base_url = base_url
        self.renaming = renaming

    def renamed(self, renaming: Renaming) -> "Dhis2":
        """Return the same client, for which more UIDs change places."""
        other = copy(self)
        other.renaming = self.renaming | renaming
        return other

    def patient(self, patience: Patience) -> "Dhis2":
        """Return the same client with another patience; it shares the connections."""
        other = copy(self)
        other._patience = patience
        return other

    def less_patient(
        self, attempts: int | None = None, *, seconds: float, share: float = 1.0
    ) -> "Dhis2":
        """Return the same client, which gives up sooner.

        Args:
            attempts: Requests before giving up, at most; as many as before, if none are given.
            seconds: After so many seconds a request that failed is not retried.
            share: Of the time that an answer may take; it stays above `seconds`, if it was.
        """
        patience = replace(
            self._patience,
            attempts=min(attempts or self._patience.attempts, self._patience.attempts),
            longest_try=min(seconds, self._patience.longest_try),
        )
        usual = self._timeout.read
        read = None if usual is None else max(min(usual, seconds), usual * share)
        shorter = httpx.Timeout(read, connect=self._timeout.connect)
        other = self.patient(patience)
        other._timeout = shorter
        return other

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
        """Return the JSON at `path`.

        Raises:
            TargetError: It is not there, or DHIS2 refuses it.
            BusyError: DHIS2 stayed busy or out of reach, or is down in part.
        """
        answer = self.exchange("GET", path, params)
        check_read(answer, path)
        return answer.body

    def post(self, path: str, params: Parameters | None = None, body: object = None) -> Answer:
        """Post `body` (bytes as they are, anything else as JSON) and return the answer to judge.

        Raises:
            ForbiddenError: The user may not.
            TargetError: Login, redirect, or no such endpoint.
            BusyError: DHIS2 stayed busy or out of reach.
        """
        return self._exchange_at_path("POST", path, params, body)

    def put(self, path: str, params: Parameters | None = None, body: object = None) -> Answer:
        """Put `body` and return the answer to judge; raises as `post` does."""
        return self._exchange_at_path("PUT", path, params, body)

    def delete(self, path: str, params: Parameters | None = None) -> Answer:
        """Delete what is at `path` and return the answer to judge; raises as `post` does."""
        return self._exchange_at_path("DELETE", path, params, None)

    def exchange(
        self, method: str, path: str, params: Parameters | None = None, body: object = None
    ) -> Answer:
        """Return the answer, 403 and 404 included; retry while DHIS2 is busy.

        Raises:
            TargetError: Login or redirect.
            BusyError: DHIS2 stayed busy or out of reach.
        """
        answer = self._retry(method, path, params, body)
        if answer.status == _SERVER_ERROR and path.startswith(TRACKER) and self._uses_token:
            answer = self._retry_with_cached_token(method, path, params, body)
        if method != "GET" and answer.status == _BAD_REQUEST:
            self._check_token()
        return answer

    def system_info(self) -> SystemInfo:
        """Return who the server is.

        Raises:
            TargetError: What answers is not a DHIS2, or does not let the user in.
            BusyError: It stayed busy or out of reach.
        """
        info = self.get("/api/system/info")
        if not isinstance(info, dict) or "version" not in info:
            raise not_dhis2_error(self.base_url)
        return SystemInfo(
            version=str(info["version"]),
            release=release_of(str(info["version"])),
            system_id=info.get("systemId") or None,
            base_url=self.base_url,
            calendar=str(info.get("calendar", "iso8601")),
            time_zone=info.get("serverTimeZoneId"),
            country_calendar=self._calendar,
        )

    @property
    def _uses_token(self) -> bool:
        return "Authorization" in self._http.headers

    def _retry_with_cached_token(
        self, method: str, path: str, params: Parameters | None, body: object
    ) -> Answer:
        """Repeat a request after DHIS2 has looked up the token.

        2.42 forgets tokens after an hour, at a start and when its caches are cleared. It then
        answers 500 to all of /api/tracker until another path is requested. A request that it
        refused so was not begun, and one that failed otherwise may be repeated.
        """
        self._retry("GET", "/api/me", {"fields": "id"}, None)
        return self._retry(method, path, params, body)

    def _check_token(self) -> None:
        """Refuse a token that DHIS2 does not know; it may have been the body that it cannot read.

        DHIS2 2.41 and later answer both with 400.
        """
        answer = self._retry("GET", "/api/me", {"fields": "id"}, None)
        if answer.status == _BAD_REQUEST:
            raise unknown_token_error()

    def _exchange_at_path(
        self, method: str, path: str, params: Parameters | None, body: object
    ) -> Answer:
        answer = self.exchange(method, path, params, body)
        check_path(answer, path)
        return answer

    def _retry(self, method: str, path: str, params: Parameters | None, body: object) -> Answer:
        """Send a request until DHIS2 answers it, as often as patience lasts."""
        attempt, unanswered, began = 1, 0, time.monotonic()
        while True:
            try:
                return replace(self._send(method, path, params, body), unanswered=unanswered)
            except BusyError as busy:
                unanswered += busy.may_go_on
                busy.unanswered = unanswered
                seconds = time.monotonic() - began
                if self._patience.has_ended(attempt, seconds, may_go_on=busy.may_go_on):
                    raise
                self._patience.wait(self._patience.seconds(attempt, busy.retry_after))
                attempt += 1
            except TargetError as error:
                error.unanswered = unanswered
                raise

    def _send(self, method: str, path: str, params: Parameters | None, body: object) -> Answer:
        content = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
        headers = {} if content is None else {"Content-Type": "application/json"}
        path = self.renaming.swap_text(path)
        try:
            response = self._http.request(
                method, path, params=self.renaming.swap_values(params or {}),
                content=content and self.renaming.swap(content), headers=headers,
                timeout=self._timeout,
            )  # fmt: skip
        except httpx.RequestError as error:
            raise request_error(error, self.base_url, self._proxy) from None
        return answer_of(response, f"{method} {path}", self.base_url, self.renaming)
