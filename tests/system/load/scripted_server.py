"""A server that answers as a test says: for what happens on the way, not for what DHIS2 knows."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.retry import Patience
from flows.prefect_support.dhis2_server import Dhis2Server

LISTS = {
    "trackedEntities": ("TRACKED_ENTITY", "trackedEntity"),
    "enrollments": ("ENROLLMENT", "enrollment"),
    "events": ("EVENT", "event"),
}


@dataclass
class Asked:
    """One request that arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    port: int = 0

    @property
    def uids(self) -> list[str]:
        """The UIDs of the objects in it, in order."""
        return [
            each[identifier]
            for name, (_, identifier) in LISTS.items()
            for each in (self.body or {}).get(name, [])
        ]


Handler = Callable[[Asked, int], Response]


@dataclass
class ScriptedServer:
    """A running server and what it was asked."""

    base_url: str = ""
    asked: list[Asked] = field(default_factory=list)
    clients: ExitStack = field(default_factory=ExitStack)

    def client(self, *, attempts: int = 3, timeout_seconds: float = 10) -> Dhis2:
        """Return a client that does not wait long."""
        server = Dhis2Server(base_url=self.base_url, username="loader", password="District1#")
        patience = Patience(attempts, longest_wait=0.01)
        client = server.client(timeout_seconds=timeout_seconds, patience=patience)
        return self.clients.enter_context(client)


@contextmanager
def running(handler: Handler, **settings: Any) -> Iterator[ScriptedServer]:
    """Run a server that answers by `handler(request, number)`, counted from 1.

    Args:
        handler: Makes each answer.
        settings: Of uvicorn: those that make it encrypt.
    """
    scripted = ScriptedServer()
    lock = threading.Lock()

    async def endpoint(request: Request) -> Response:
        content = await request.body()
        asked = Asked(
            request.method,
            request.url.path,
            dict(request.query_params),
            dict(request.headers),
            orjson.loads(content) if content else None,
            request.client.port if request.client else 0,
        )
        with lock:
            scripted.asked.append(asked)
            number = len(scripted.asked)
        return await run_in_threadpool(handler, asked, number)

    methods = ["GET", "POST", "PUT", "DELETE"]
    app = Starlette(routes=[Route("/{path:path}", endpoint, methods=methods)])
    config = uvicorn.Config(
        app, port=0, log_level="critical", ws="none", lifespan="off", **settings
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    scheme = "https" if settings else "http"
    scripted.base_url = f"{scheme}://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield scripted
    finally:
        scripted.clients.close()
        server.should_exit = server.force_exit = True
        thread.join()


def json(content: Any, status: int = 200, **headers: str) -> Response:
    """Return a JSON response."""
    return Response(orjson.dumps(content), status, headers, "application/json")


def failure(status: int = 409) -> Response:
    """Return what a request that failed as a whole is answered with."""
    return json({"httpStatusCode": status, "status": "ERROR", "message": "deadlock"}, status)


def report(asked: Asked, refused: dict[str, list[str]] | None = None) -> Response:
    """Return an import report that names every object of the request."""
    refusals = refused or {}
    errors, kinds = [], {}
    for name, (kind, identifier) in LISTS.items():
        written = []
        for each in (asked.body or {}).get(name, []):
            uid = each[identifier]
            codes = refusals.get(uid, [])
            errors += [
                {"errorCode": code, "trackerType": kind, "uid": uid, "message": "Smith", "args": []}
                for code in codes
            ]
            if not codes:
                written.append({"trackerType": kind, "uid": uid, "errorReports": []})
        kinds[kind] = {"trackerType": kind, "objectReports": written}
    return json(
        {
            "status": "OK",
            "validationReport": {"errorReports": errors, "warningReports": []},
            "bundleReport": {"typeReportMap": kinds},
        }
    )
