"""The stand-in DHIS2: a real HTTP server that answers as the recordings of real ones do.

with running_sandbox(version="2.42") as sandbox:
    httpx.get(f"{sandbox.url}/api/me", auth=ADMIN)
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from .app import SandboxApp
from .cues import AnalyticsCue, Cue, Cues
from .dialects import SUPPORTED, Dialect, dialect_of
from .pages import enrollment_row, event_row, tracked_entity_row
from .state import State
from .uids import new_uid

__all__ = ["ADMIN", "SUPPORTED", "Cue", "Sandbox", "User", "new_app", "running_sandbox"]

ADMIN = ("admin", "district")
_START_SECONDS = 20.0


@dataclass(frozen=True)
class User:
    """A user the server is installed with.

    Without `authorities` a superuser. `org_units` may name org units that come later.
    """

    username: str
    password: str | None = None
    token: str | None = None
    token_methods: Sequence[str] = ()  # all
    authorities: Sequence[str] = ("ALL",)
    org_units: Sequence[str] = ()
    uid: str = field(default_factory=new_uid)

    def install(self, state: State) -> None:
        """Adds the user, with a role of its own."""
        role = new_uid()
        state.metadata["userRoles"][role] = {
            "id": role,
            "name": f"Role of {self.username}",
            "authorities": list(self.authorities),
            "created": "",
            "lastUpdated": "",
        }
        state.add_user(
            self.username,
            self.password,
            uid=self.uid,
            roles=[role],
            token=self.token,
            token_methods=self.token_methods,
            org_units=list(self.org_units),
        )


def new_app(version: str = "2.42", users: Sequence[User] = (), **changes: Any) -> SandboxApp:
    """The ASGI application, to be driven in-process; `changes` replace facts of the dialect."""
    dialect = dialect_of(version)
    if changes:
        dialect = Dialect(**{**vars(dialect), **changes})

    def install(state: State) -> None:
        for user in users:
            user.install(state)

    return SandboxApp(dialect, install)


class Sandbox:
    """A running server, as a test sees it."""

    def __init__(self, app: SandboxApp, url: str) -> None:
        self.app = app
        self.url = url

    @property
    def state(self) -> State:
        """What it holds."""
        return self.app.state

    @property
    def cues(self) -> Cues:
        """The faults that are set."""
        return self.app.cues

    @property
    def analytics(self) -> AnalyticsCue:
        """What becomes of the next runs of the analytics tables: set `fails` or `looks`."""
        return self.app.state.analytics

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The latest 20,000 requests: method, path, query, user, status, objects."""
        with self.state.lock:
            return list(self.app.log)

    @property
    def bytes_sent(self) -> dict[str, int]:
        """Method and path to the bytes of all answers so far."""
        with self.state.lock:
            return dict(self.app.bytes_sent)

    @property
    def totals(self) -> dict[str, int]:
        """How often each `METHOD path` other than GET was asked, without limit."""
        with self.state.lock:
            return {name: count for name, count in self.app.totals.items() if count}

    def posted(self, path: str = "/api/tracker") -> list[dict[str, Any]]:
        """The requests other than GET to a path."""
        return [row for row in self.requests if row["path"] == path and row["method"] != "GET"]

    def tracked_entities(self, *, deleted: bool = False) -> dict[str, dict[str, Any]]:
        """Tracked entities by UID as plain values, with `attributes` and `owners`."""
        with self.state.lock:
            rows = self.state.tracker.tracked_entities.values()
            return {row.uid: tracked_entity_row(row) for row in rows if deleted or not row.deleted}

    def enrollments(self, *, deleted: bool = False) -> dict[str, dict[str, Any]]:
        """Enrollments by UID as plain values."""
        with self.state.lock:
            rows = self.state.tracker.enrollments.values()
            return {row.uid: enrollment_row(row) for row in rows if deleted or not row.deleted}

    def events(self, *, deleted: bool = False) -> dict[str, dict[str, Any]]:
        """Events by UID as plain values, with `dataValues`."""
        with self.state.lock:
            rows = self.state.tracker.events.values()
            return {row.uid: event_row(row) for row in rows if deleted or not row.deleted}

    def metadata(self, kind: str) -> dict[str, dict[str, Any]]:
        """Metadata objects of a kind by UID, as stored."""
        with self.state.lock:
            return dict(self.state.metadata[kind])

    def content(self) -> dict[str, dict[str, dict[str, Any]]]:
        """All living tracker objects: equal for two servers that hold the same."""
        return {
            "trackedEntities": self.tracked_entities(),
            "enrollments": self.enrollments(),
            "events": self.events(),
        }

    def pass_time(self, seconds: float) -> None:
        """Moves the server's clock: it forgets tokens after an hour."""
        with self.state.lock:
            self.state.ahead += int(seconds * 1_000)

    def reset(self) -> None:
        """A freshly installed server again, without faults."""
        with self.state.lock:
            self.cues.clear()
            self.app.reset()


@contextmanager
def running_sandbox(
    version: str = "2.42", port: int = 0, users: Sequence[User] = (), **changes: Any
) -> Iterator[Sandbox]:
    """A server on loopback in a thread of its own; gone at the end of the block."""
    app = new_app(version, users, **changes)
    listener = socket.create_server(("127.0.0.1", port))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else 40 ms a request
    server = uvicorn.Server(server_settings(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _await_start(server, thread)
        yield Sandbox(app, f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(_START_SECONDS)
        listener.close()


def server_settings(app: Any, **settings: Any) -> uvicorn.Config:
    """How uvicorn runs it."""
    return uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        lifespan="off",
        timeout_keep_alive=60,
        **settings,
    )


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("The stand-in DHIS2 did not start.")
        time.sleep(0.005)
