"""A DHIS2 that answers by rule and keeps counts only, so that a nation fits into it.

Logins, metadata, org units and data store are those of the stand-in. What is posted of people is
accepted as it comes and counted: no rule of DHIS2's on tracker objects is tried here.
"""

import multiprocessing
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, ClassVar

import orjson
import uvicorn

from tests.support.loader import LOADER_USER
from tests.support.sandbox import new_app
from tests.support.sandbox.answers import Answer, ok
from tests.support.sandbox.handlers import Handlers, Request
from transforms.changes.objects.phases import IDENTIFIERS, LISTS
from transforms.model.resources import TrackerType

COUNTS = "/sandbox/counts"


@dataclass(frozen=True)
class CountingServer:
    """A running server, in a process of its own.

    Attributes:
        url: Where it answers.
    """

    url: str
    _asked: Connection

    def counts(self) -> dict[str, int]:
        """Return what was done so far: kind of object, or transfer, to how many."""
        self._asked.send(None)
        found: dict[str, int] = self._asked.recv()
        return found


class CountingHandlers(Handlers):
    """Accepts all that is posted of people, and counts it."""

    counted: ClassVar[Counter[str]] = Counter()

    def _import(self, request: Request) -> Answer:
        content = orjson.loads(request.body)
        done = "deleted" if request.query.get("importStrategy") == "DELETE" else "created"
        uids = {
            kind: [each[IDENTIFIERS[kind]] for each in content.get(LISTS[kind], ())]
            for kind in TrackerType
        }
        for kind, named in uids.items():
            self.counted[f"{kind.value} {done}"] += len(named)
        return Answer(200, orjson.dumps(_report(uids, done)))

    def _transfer(self, request: Request) -> Answer:
        self.counted["transfers"] += 1
        return ok("Ownership transferred")


def _report(uids: dict[TrackerType, list[str]], done: str) -> dict[str, Any]:
    return {
        "status": "OK",
        "validationReport": {"errorReports": [], "warningReports": []},
        "stats": _stats(sum(map(len, uids.values())), done),
        "bundleReport": {
            "typeReportMap": {
                kind.value: {
                    "trackerType": kind.value,
                    "stats": _stats(len(named), done),
                    "objectReports": [
                        {"trackerType": kind.value, "uid": uid, "errorReports": []} for uid in named
                    ],
                }
                for kind, named in uids.items()
            }
        },
    }


def _stats(count: int, done: str) -> dict[str, int]:
    none = dict.fromkeys(("created", "updated", "deleted", "ignored"), 0)
    return none | {done: count, "total": count}


@contextmanager
def a_counting_server() -> Iterator[CountingServer]:
    """A server on loopback, gone at the end of the block."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    server.start()
    try:
        yield CountingServer(f"http://127.0.0.1:{ours.recv()}", ours)
    finally:
        server.terminate()
        server.join()


def _serve(asked: Connection) -> None:
    app = new_app("2.42", [LOADER_USER])
    app._handlers = CountingHandlers(app.state)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off")
    asked.send(listener.getsockname()[1])
    _answer_beside(asked)
    uvicorn.Server(config).run(sockets=[listener])


def _answer_beside(asked: Connection) -> None:
    """Tell the counts whenever they are asked for, in a thread."""

    def answer() -> None:
        while True:
            asked.recv()
            asked.send(dict(CountingHandlers.counted))

    threading.Thread(target=answer, daemon=True).start()
