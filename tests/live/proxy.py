"""A reverse proxy on loopback: it counts what is asked of DHIS2, and may keep every exchange.

    flows, harness ─► proxy ─► DHIS2
                        └─► exchanges (who, what, which answer) ─► jsonl

Bodies pass unchanged. No login, password or token is ever kept.
"""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from flows.steps.target.as_of import ENTRY

READING = frozenset({"GET", "HEAD"})
ONLY_ASKED = ("importMode", "VALIDATE")
SECRETS = frozenset({"password", "key", "token"})
HIDDEN = "…"
WITHOUT_BODY = frozenset({204, 304})
OF_THE_CONNECTION = frozenset(
    {"host", "connection", "keep-alive", "content-length", "transfer-encoding"}
)


@dataclass(frozen=True)
class Exchange:
    """One request, and how it was answered.

    Attributes:
        step: During which step.
        user: Who asked.
        method: Of HTTP.
        path: Without the query.
        query: Name and value, in order.
        status: Of the answer; 0 if there was none.
    """

    step: str
    user: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    status: int

    @property
    def writes(self) -> bool:
        """Whether the request may change something: asking whether it would be taken does not.

        Nor does it count that DHIS2 is told of when openIMIS is that it has.
        """
        is_told = self.path == ENTRY
        return self.method not in READING and ONLY_ASKED not in self.query and not is_told


@dataclass
class Proxy:
    """The proxy, while it runs.

    Attributes:
        target: Address of the DHIS2.
        record: File to which every exchange is appended; None for none.
        step: Name of the step that is under way.
        exchanges: All that was asked and answered.
        arrived: Method and path of all that was asked, answered or not.
        owners: Token to who asks by it.
        befalls: Called with method and path of each request before it is passed on.
    """

    target: str
    record: Path | None = None
    step: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    arrived: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    befalls: Callable[[str, str], object] | None = None
    owners: dict[str, str] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def watched(self) -> Iterator[list[Exchange]]:
        """Give a list that holds, after the block, what was exchanged within it."""
        seen: list[Exchange] = []
        begin = len(self.exchanges)
        try:
            yield seen
        finally:
            seen.extend(self.exchanges[begin:])

    def count(self, method: str, path: str) -> int:
        """Return how often something was asked."""
        with self._lock:
            return self.arrived.count((method, path))

    def user(self, authorization: str) -> str:
        """Return who asks, by the header that logs in."""
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() == "basic":
            return base64.b64decode(credentials).decode().partition(":")[0]
        return f"{self.owners.get(credentials, 'somebody')} by token" if scheme else "nobody"

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        while not holds():
            time.sleep(0.02)

    def note_arrival(self, method: str, path: str) -> None:
        """Note that a request has come."""
        with self._lock:
            self.arrived.append((method, path))
        if self.befalls is not None:
            self.befalls(method, path)

    def note(self, exchange: Exchange, sent: bytes, answer: httpx.Response | None) -> None:
        """Note that a request was answered, or could not be."""
        with self._lock:
            self.exchanges.append(exchange)
            if self.record is not None:
                with self.record.open("a") as file:
                    line = _line(len(self.exchanges), exchange, sent, answer)
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")


@contextmanager
def proxy_of(target: str, record: Path | None = None) -> Iterator[Proxy]:
    """Run a proxy in front of a DHIS2 for the time of the block."""
    proxy = Proxy(target.rstrip("/"), record)
    with _upstream() as upstream:
        server = _QuietServer(("127.0.0.1", 0), _handler_of(proxy, upstream))
        proxy.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield proxy
        finally:
            server.shutdown()
            server.server_close()


class _QuietServer(ThreadingHTTPServer):
    """A server that says nothing when a client is gone."""

    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing."""


def _upstream() -> httpx.Client:
    """Return what asks DHIS2; a session that it kept would let one user in as another."""
    return httpx.Client(
        timeout=None,
        limits=httpx.Limits(max_connections=64),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


class _Handler(BaseHTTPRequestHandler):
    """Passes one connection's requests on."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else 40 ms a request
    proxy: Proxy
    upstream: httpx.Client

    def pass_on(self) -> None:
        """Ask DHIS2 what is asked here, and give what it answers."""
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.proxy.note_arrival(self.command, urlsplit(self.path).path)
        answer = self._asked(body)
        self.proxy.note(self._exchange(answer), body, answer)
        self._give(answer)

    def _asked(self, body: bytes) -> httpx.Response | None:
        url = self.proxy.target + self.path
        headers = [(k, v) for k, v in self.headers.items() if k.lower() not in _KEPT_BACK]
        try:
            return self.upstream.request(self.command, url, headers=headers, content=body or None)
        except httpx.RequestError:
            return None

    def _exchange(self, answer: httpx.Response | None) -> Exchange:
        parts = urlsplit(self.path)
        return Exchange(
            self.proxy.step,
            self.proxy.user(self.headers.get("authorization") or ""),
            self.command,
            parts.path,
            tuple(parse_qsl(parts.query, keep_blank_values=True)),
            answer.status_code if answer is not None else 0,
        )

    def _give(self, answer: httpx.Response | None) -> None:
        self.close_connection = self.close_connection or answer is None
        if answer is None:
            return
        self.send_response_only(answer.status_code)
        for name, value in answer.headers.multi_items():
            if name.lower() not in _OF_THE_TRANSPORT:
                self.send_header(name, value)
        if answer.status_code not in WITHOUT_BODY:
            self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = pass_on


def _handler_of(proxy: Proxy, upstream: httpx.Client) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"proxy": proxy, "upstream": upstream})


_KEPT_BACK = OF_THE_CONNECTION | {"accept-encoding"}
_OF_THE_TRANSPORT = OF_THE_CONNECTION | {"content-encoding"}


def _line(
    number: int, exchange: Exchange, sent: bytes, answer: httpx.Response | None
) -> dict[str, Any]:
    return {
        "n": number,
        "flow": exchange.step,
        "user": exchange.user,
        "method": exchange.method,
        "path": exchange.path,
        "query": [list(pair) for pair in exchange.query],
        "body": _without_secrets(_parsed(sent)),
        "status": exchange.status,
        "seconds": round(answer.elapsed.total_seconds(), 3) if answer is not None else None,
        "type": answer.headers.get("content-type") if answer is not None else None,
        "answer": _without_secrets(_parsed(answer.content)) if answer is not None else None,
    }


def _parsed(content: bytes) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")


def _without_secrets(thing: Any) -> Any:
    if isinstance(thing, list):
        return [_without_secrets(each) for each in thing]
    if isinstance(thing, dict):
        return {
            name: HIDDEN if name in SECRETS and value else _without_secrets(value)
            for name, value in thing.items()
        }
    return thing
