"""Post a ready-made outbox, with marks and receipts on disk: against a bare script.

    python -m tests.benchmarks.posting [--url URL --user USER --password PASSWORD --outbox FOLDER]

The bare script posts the same request bodies, as many at once, over the same kind of connections,
looks at the status and forgets the answer. Both take turns, five each. By default they post to a
server that answers after a fixed time: five times as fast as any real DHIS2 was seen to be. Exits
with 1 if the load reaches less than 0.95 of the bare script's speed (median of the pairs).
"""

import argparse
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
from pydantic import SecretStr

from flows.connectors.dhis2.client import TRACKER
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.steps.load.control_request import PARAMETERS
from flows.steps.load.post_bundle import post_bundle
from flows.steps.load.post_phase import post_phase
from flows.steps.load.post_run import Sending
from flows.steps.load.thread_state import LoadState
from staging.layout import Run
from staging.outbox import bundles, put, seal
from tests.benchmarks.load import accepting, serve
from tests.benchmarks.measuring import at_least
from transforms.changes.guards.stopping import StopRule
from transforms.changes.objects.phases import Phase
from transforms.openimis.country import Guards

PAIRS = 5
BUNDLES = 60
OBJECTS = 500
VALUES = 15
IN_FLIGHT = 4
LATENCY_SECONDS = 0.4
LEAST_SHARE = 0.95


@dataclass(frozen=True)
class Where:
    """Where to post.

    Attributes:
        url: Of DHIS2.
        user: Its loader.
        password: Of the loader.
    """

    url: str
    user: str = "loader"
    password: str = "none"


def request_bodies() -> list[bytes]:
    """Return ready-made request bodies; they name the same objects, which the server knows."""
    values = [{"dataElement": f"D{at:010d}", "value": f"value {at}"} for at in range(VALUES)]
    events = [
        {
            "event": f"V{number:010d}",
            "enrollment": f"E{number:010d}",
            "program": "P0000000001",
            "programStage": "S0000000001",
            "orgUnit": "O0000000001",
            "status": "COMPLETED",
            "occurredAt": "2026-01-01T00:01:00",
            "dataValues": values,
        }
        for number in range(OBJECTS)
    ]
    return [orjson.dumps({"events": events})] * BUNDLES


def filled(folder: Path, bodies: Sequence[bytes]) -> Run:
    """Return a run whose outbox holds the request bodies."""
    run = Run(folder, "benchmark")
    made = [
        put(run, Phase.EVENTS, number, body.decode(), objects=OBJECTS, partition=0)
        for number, body in enumerate(bodies, 1)
    ]
    seal(run, made)
    return run


def as_a_load(where: Where, run: Run) -> None:
    """Post an outbox as a load does."""
    server = Dhis2Server(
        base_url=where.url, username=where.user, password=SecretStr(where.password)
    )
    state = LoadState()
    with server.client() as client:
        post_phase(
            (Sending(bundle, {}) for bundle in bundles(run)),
            lambda body: post_bundle(client, body, "CREATE_AND_UPDATE", state),
            state,
            StopRule({}, {}, Guards()),
            in_flight=IN_FLIGHT,
            begin=Sending.begin,
            settle=Sending.settle,
        )


def as_a_script(where: Where, bodies: Sequence[bytes]) -> None:
    """Post request bodies, and do nothing else."""
    params = PARAMETERS | {"importStrategy": "CREATE_AND_UPDATE"}
    headers = {"Content-Type": "application/json"}
    with (
        httpx.Client(auth=(where.user, where.password), timeout=600) as client,
        ThreadPoolExecutor(IN_FLIGHT) as threads,
    ):

        def post(body: bytes) -> None:
            answer = client.post(where.url + TRACKER, params=params, content=body, headers=headers)
            answer.raise_for_status()

        list(threads.map(post, bodies))


def seconds_of_load(where: Where, bodies: Sequence[bytes]) -> float:
    """Return how long a load takes, from the sealed outbox to the last receipt."""
    with tempfile.TemporaryDirectory() as folder:
        run = filled(Path(folder), bodies)
        began = time.perf_counter()
        as_a_load(where, run)
        seconds = time.perf_counter() - began
        if not all(bundle.is_settled for bundle in bundles(run)):
            raise AssertionError("A bundle has no receipt.")
    return seconds


def seconds_of_script(where: Where, bodies: Sequence[bytes]) -> float:
    """Return how long the bare script takes."""
    began = time.perf_counter()
    as_a_script(where, bodies)
    return time.perf_counter() - began


@contextmanager
def a_server_of_fixed_latency() -> Iterator[Where]:
    """A server that accepts all it is sent after a fixed time."""
    listener = socket.create_server(("127.0.0.1", 0))
    latency = multiprocessing.Value("d", LATENCY_SECONDS)
    server = multiprocessing.get_context("fork").Process(
        target=serve, args=(listener, latency, accepting(OBJECTS)), daemon=True
    )
    server.start()
    try:
        yield Where(f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        server.terminate()
        listener.close()


def compare(where: Where, bodies: Sequence[bytes]) -> bool:
    """Print the pairs; return whether the load is quick enough."""
    shares = []
    for pair in range(1, PAIRS + 1):
        script, load = seconds_of_script(where, bodies), seconds_of_load(where, bodies)
        shares.append(script / load)
        print(f"  pair {pair}: script {script:6.2f} s  load {load:6.2f} s  {shares[-1]:.3f}")
    name = f"speed of the load / of a bare script, {IN_FLIGHT} in flight"
    return at_least(name, statistics.median(shares), LEAST_SHARE)


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and return 1 if the bound is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.posting")
    parser.add_argument("--url")
    parser.add_argument("--user", default="loader")
    parser.add_argument("--password", default="")
    parser.add_argument("--outbox", type=Path, help="folder of request bodies: *.json")
    asked = parser.parse_args(arguments)
    if asked.url:
        bodies = [path.read_bytes() for path in sorted(asked.outbox.glob("[0-9]*[0-9].json"))]
        return 0 if compare(Where(asked.url, asked.user, asked.password), bodies) else 1
    with a_server_of_fixed_latency() as where:
        return 0 if compare(where, request_bodies()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
