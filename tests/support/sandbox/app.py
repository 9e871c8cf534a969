"""The HTTP server: who asks, which fault is on cue, what is answered, and the log of it. Plain
ASGI.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import gc
from collections import Counter, deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from . import pages, times
from .answers import Answer, RefusalError, error_page, refusal, web_message
from .cues import Cue, Cues, without_some
from .dialects import Dialect
from .forms import fields_of, form_of, unrecorded
from .handlers import AUTHORITIES, Handlers, Request, new_session
from .state import LOG_LENGTH, SUPERUSER_ROLE, State
from .tracker_payload import read_json
from .users import Account

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SESSION_COOKIE = "JSESSIONID"
_PARTS_OF_A_TRICKLE = 10


class SandboxApp:
    """One stand-in server; `state` is what it holds."""

    def __init__(self, dialect: Dialect, users: Callable[[State], None] | None = None) -> None:
        self.dialect = dialect
        self.cues = Cues()
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
        self.totals: Counter[str] = Counter()
        self.bytes_sent: Counter[str] = Counter()
        self.refuses_unrecorded = True
        self._users = users
        self.reset()

    def reset(self) -> None:
        """A freshly installed server again."""
        self.state = State(self.dialect)
        role = self.state.metadata["userRoles"][SUPERUSER_ROLE]
        role["authorities"] = AUTHORITIES["first_superuser"][self.dialect.version]
        if self._users is not None:
            self._users(self.state)
        self._handlers = Handlers(self.state)
        self.log.clear()
        self.totals.clear()
        self.bytes_sent.clear()
        gc.collect()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        path = unquote(scope["path"])
        query = scope.get("query_string", b"").decode("latin-1")
        body = await whole_body(receive)
        asked = f"{path}?{query}" if query else path
        cue = self.cues.for_request(scope["method"], asked, body)
        if path.startswith("/sandbox/"):
            cue = Cue()
        if cue.delay:
            await asyncio.sleep(cue.delay)
        while cue.until is not None and not cue.until.is_set():
            await asyncio.sleep(0.01)
        if cue.drop == "before":
            _drop(receive)
            return
        answer = self._answer_or_fault(scope, path, query, body, cue)
        if cue.drop == "after":
            _drop(receive)
            return
        content = answer.content()
        # Counted before it is sent: who has the answer finds it counted.
        self.bytes_sent[f"{scope['method']} {path}"] += len(content)
        await _send(send, answer, content, cue)

    def _answer_or_fault(
        self, scope: Scope, path: str, query: str, body: bytes, cue: Cue
    ) -> Answer:
        if cue.status is not None and not cue.commit:
            answer = Answer(cue.status, cue.body, headers=cue.headers)
            self._note(scope["method"], path, query, answer, {}, None)
            return answer
        answer = self._handle(scope, path, query, body)
        if cue.omit:
            answer = Answer(answer.status, without_some(answer.body, cue.omit), answer.media)
        if cue.status is not None:
            return Answer(cue.status, cue.body, headers=cue.headers)
        return answer

    def _handle(self, scope: Scope, path: str, query: str, body: bytes) -> Answer:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        with self.state.lock:
            if not path.startswith("/api/"):
                return self._own(scope["method"], path, query, body)
            return self._api(scope, path, query, headers, body)

    def _api(
        self, scope: Scope, path: str, query: str, headers: dict[str, str], body: bytes
    ) -> Answer:
        request: Request | None = None
        cookie: dict[str, str] = {}
        try:
            account, cookie = self._login(scope["method"], path, headers)
            pairs = parse_qsl(query, keep_blank_values=True)
            base_url = f"{scope.get('scheme', 'http')}://{headers.get('host', 'localhost')}"
            request = Request(scope["method"], path, pairs, headers, body, base_url, account)
            answer = self._never_asked(request) or self._handlers.answer(request)
        except RefusalError as refused:
            answer = refused.answer
        counts = request.counts if request else {}
        user = request.account.user["username"] if request else None
        self._note(scope["method"], path, query, answer, counts, user)
        if cookie:
            answer = Answer(answer.status, answer.body, answer.media, answer.headers | cookie)
        return answer

    def _never_asked(self, request: Request) -> Answer | None:
        """The stand-in's own refusal of what no real server of this version was ever asked."""
        if not self.refuses_unrecorded:
            return None
        is_empty = request.body.strip() in {b"", b"{}"}
        path = request.path.removesuffix(".json")
        form = form_of(request.method, path, request.pairs, is_empty=is_empty)
        found = unrecorded(self.dialect.version, form, fields_of(request.pairs))
        if found is None:
            return None
        message = (
            f"The stand-in does not know how DHIS2 {self.dialect.version} answers this form of "
            f"request, which no recording holds: {found}. Ask a real server, add its answer to "
            "tests/recorded/contract/story, and run python -m tests.recorded.contract.known_forms."
        )
        return Answer(501, web_message(501, message))

    def _note(
        self,
        method: str,
        path: str,
        query: str,
        answer: Answer,
        counts: dict[str, int],
        user: str | None,
    ) -> None:
        self.totals[f"{method} {path}"] += method != "GET"
        self.log.append(
            {
                "time": times.written(times.now()),
                "method": method,
                "path": path,
                "query": dict(parse_qsl(query, keep_blank_values=True)),
                "user": user,
                "status": answer.status,
                "objects": counts,
            }
        )

    # who asks

    def _login(
        self, method: str, path: str, headers: dict[str, str]
    ) -> tuple[Account, dict[str, str]]:
        """The user and, where a session begins, its cookie. A session's cookie outlives a wrong
        password.
        """
        session = self.state.sessions.get(_cookie(headers))
        if session is not None:
            return self._account(session), {}
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "apitoken":
            user = self.state.tokens.user(credentials, method, path, self.state.now())
            return self._account(user), {}
        if scheme.lower() != "basic":
            raise RefusalError(Answer(302, headers={"location": "/dhis-web-login/"}))
        account = self._by_password(credentials)
        key = new_session()
        self.state.sessions[key] = account.uid
        return account, {"set-cookie": f"{SESSION_COOKIE}={key}; Path=/; HttpOnly"}

    def _account(self, uid: str) -> Account:
        return Account(self.state, uid)

    def _by_password(self, credentials: str) -> Account:
        try:
            username, _, password = base64.b64decode(credentials).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            username, password = "", ""
        for uid, user in self.state.metadata["users"].items():
            if user["username"] == username and user.get("password") == password and password:
                return self._account(uid)
        raise refusal(401, "Unauthorized")

    # the stand-in's own endpoints

    def _own(self, method: str, path: str, query: str, body: bytes) -> Answer:
        wanted = dict(parse_qsl(query))
        if method == "GET" and path in {"/", "/page"}:
            return pages.home(self.state, wanted)
        if method == "GET" and path.startswith("/page/"):
            return pages.tracked_entity(self.state, path.removeprefix("/page/"))
        own: dict[tuple[str, str], Callable[[], Answer]] = {
            ("POST", "/sandbox/cues"): lambda: self._add_cues(body),
            ("DELETE", "/sandbox/cues"): self._clear_cues,
            ("GET", "/sandbox/requests"): lambda: Answer(200, list(self.log)),
            ("GET", "/sandbox/objects"): lambda: pages.objects(self.state, wanted),
            ("POST", "/sandbox/reset"): self._reset,
        }
        handler = own.get((method, path))
        return handler() if handler else error_page(404, f"{path} is not known here.")

    def _add_cues(self, body: bytes) -> Answer:
        posted = read_json(body, self.dialect)
        for settings in posted if isinstance(posted, list) else [posted]:
            try:
                self.cues.add(**settings)
            except TypeError:
                return Answer(400, {"message": f"A cue has no such setting: {sorted(settings)}"})
        return Answer(204)

    def _clear_cues(self) -> Answer:
        self.cues.clear()
        return Answer(204)

    def _reset(self) -> Answer:
        self.cues.clear()
        self.reset()
        return Answer(204)


def _cookie(headers: dict[str, str]) -> str:
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == SESSION_COOKIE:
            return value
    return ""


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def whole_body(receive: Receive) -> bytes:
    """The body of a request, however many parts it came in."""
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _drop(receive: Receive) -> None:
    """Closes the connection without an answer: uvicorn's cycle holds the transport."""
    cycle = getattr(receive, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        raise RuntimeError("Only a running server can drop a connection; this one is in-process.")
    cycle.response_complete = True  # type: ignore[union-attr]
    cycle.disconnected = True  # type: ignore[union-attr]
    transport.abort()


async def _send(send: Send, answer: Answer, content: bytes, cue: Cue) -> None:
    media = f"{answer.media};charset=UTF-8"
    headers = {"content-type": media, **answer.headers, "content-length": str(len(content))}
    if not content:
        headers.pop("content-type")
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
    )
    if cue.cut is not None:
        await send({"type": "http.response.body", "body": content[: cue.cut], "more_body": True})
        await asyncio.sleep(0)
        raise ConnectionAbortedError("The answer is cut on cue.")
    if cue.trickle:
        await _trickle(send, content, cue.trickle)
    await send({"type": "http.response.body", "body": b"" if cue.trickle else content})


async def _trickle(send: Send, content: bytes, pause: float) -> None:
    size = max(1, -(-len(content) // _PARTS_OF_A_TRICKLE))
    for start in range(0, len(content), size):
        part = content[start : start + size]
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await asyncio.sleep(pause)
