"""A DHIS2 that can be stopped, started again, upgraded, and met over TLS, at one address."""

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from tests.support.loader import LOADER_USER
from tests.support.sandbox import Cue, Sandbox, new_app, server_settings
from tests.support.sandbox.app import SandboxApp, whole_body

SECONDS = 240.0
KEPT_BY_AN_UPGRADE = ("system_id", "tracker", "metadata", "data_store", "tokens")


@dataclass
class Server:
    """A DHIS2 at an address of its own; what it holds outlives its process.

    Attributes:
        app: What answers.
        port: Where.
        settings: Of uvicorn.
        on_the_way: Changes the body of every request other than GET.
    """

    app: SandboxApp
    port: int
    settings: dict[str, Any] = field(default_factory=dict)
    on_the_way: Callable[[bytes], bytes] | None = None
    _under_way: int = 0
    _running: tuple[uvicorn.Server, threading.Thread] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI: hand a request on, as it is or changed."""
        if self.on_the_way is not None and scope["method"] != "GET":
            receive = _changed(await whole_body(receive), self.on_the_way)
        self._under_way += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._under_way -= 1

    def wait_until_idle(self) -> None:
        """Wait until it has done all that it was asked, though nobody waits for the answer."""
        wait_until(lambda: self._under_way == 0)

    @property
    def sandbox(self) -> Sandbox:
        """The DHIS2, as a test sees it."""
        scheme = "https" if self.settings else "http"
        return Sandbox(self.app, f"{scheme}://127.0.0.1:{self.port}")

    def start(self) -> None:
        """Start it, at the address that it had before."""
        listener = socket.create_server(("127.0.0.1", self.port))
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = uvicorn.Server(server_settings(self, **self.settings))
        run = {"sockets": [listener]}
        thread = threading.Thread(target=server.run, kwargs=run, daemon=True)
        thread.start()
        self._running = (server, thread)
        wait_until(lambda: server.started)

    def stop(self) -> None:
        """Stop it as a crash does: connections break, and nobody listens any more."""
        if self._running is None:
            return
        server, thread = self._running
        server.should_exit = server.force_exit = True
        thread.join(SECONDS)
        self._running = None

    def restart_at(self, cue: Cue, *, down_for: float) -> None:
        """Restart while the request is under way that meets `cue`."""
        wait_until(lambda: cue.has_come)
        self.stop()
        time.sleep(down_for)
        self.start()

    def upgrade(self, version: str) -> None:
        """Put another version in its place; it holds what the old one held."""
        old = self.app.state
        self.stop()
        self.app = new_app(version)
        for name in KEPT_BY_AN_UPGRADE:
            setattr(self.app.state, name, getattr(old, name))
        self.app.state.metadata_changed()
        self.start()


@contextmanager
def a_server(version: str = "2.42", **settings: Any) -> Iterator[Server]:
    """A running DHIS2, in which somebody is to load."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Server(new_app(version, [LOADER_USER]), port, settings)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _changed(body: bytes, on_the_way: Callable[[bytes], bytes]) -> Callable[[], Any]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": on_the_way(body)}

    return receive


def self_signed(folder: Path) -> dict[str, Any]:
    """Return the settings of a server whose certificate nobody vouches for."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return {"ssl_keyfile": str(key), "ssl_certfile": str(certificate)}


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("What was waited for did not come about.")
        time.sleep(0.002)
