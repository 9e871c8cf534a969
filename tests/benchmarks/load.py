"""Post bundles to a server of fixed latency: what requests in flight bring, what memory it takes.

    python -m tests.benchmarks.load

Exits with 1 if k requests in flight bring less than 0.9 k times one, for k up to 8, or if memory
grows with the number of bundles.
"""

import asyncio
import contextlib
import multiprocessing
import resource
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import SecretStr

from flows.connectors.dhis2.client import Dhis2
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.steps.load.post_bundle import post_bundle
from flows.steps.load.post_phase import post_phase
from flows.steps.load.thread_state import LoadState
from transforms.changes.guards.stopping import StopRule
from transforms.dhis2.import_report import Receipt
from transforms.openimis.country import Guards

LATENCY_SECONDS = 0.1
OBJECTS = 50
IN_FLIGHT = (1, 2, 4, 8)
BUNDLES_EACH = 40
FEW_BUNDLES, MANY_BUNDLES = 500, 5_000
LEAST_SHARE = 0.9
MOST_GROWTH_MIB = 8.0

BODY = orjson.dumps({"events": [{"event": f"V{number:010d}"} for number in range(OBJECTS)]})


def accepting(objects: int) -> bytes:
    """Return the whole answer to a request of so many events, as `BODY` calls them."""
    reports = [
        {"trackerType": "EVENT", "uid": f"V{number:010d}", "errorReports": []}
        for number in range(objects)
    ]
    report = orjson.dumps(
        {
            "status": "OK",
            "validationReport": {"errorReports": [], "warningReports": []},
            "bundleReport": {"typeReportMap": {"EVENT": {"objectReports": reports}}},
        }
    )
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(report) + report


@dataclass(frozen=True)
class Bundle:
    """The same bundle, any number of times."""

    number: int

    def body(self) -> bytes:
        """Return the request body, read anew."""
        return bytes(bytearray(BODY))


def main() -> int:
    """Measure and judge."""
    listener = socket.create_server(("127.0.0.1", 0))
    latency = multiprocessing.Value("d", LATENCY_SECONDS)
    server = multiprocessing.get_context("fork").Process(
        target=serve, args=(listener, latency, accepting(OBJECTS)), daemon=True
    )
    server.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        with Dhis2Server(base_url=address, token=SecretStr("none")).client() as client:
            fast_enough = speeds(client)
            latency.value = 0.0
            return 0 if flat_memory(client) and fast_enough else 1
    finally:
        server.terminate()
        listener.close()


def speeds(client: Dhis2) -> bool:
    """Print bundles a second by requests in flight; return whether they pay."""
    rates = {in_flight: rate(client, in_flight) for in_flight in IN_FLIGHT}
    shares = {in_flight: rates[in_flight] / rates[1] / in_flight for in_flight in IN_FLIGHT}
    for in_flight in IN_FLIGHT:
        print(
            f"{in_flight} in flight: {rates[in_flight]:6.1f} bundles/s, "
            f"{shares[in_flight]:.2f} of {in_flight} times one (at least {LEAST_SHARE})"
        )
    return min(shares.values()) >= LEAST_SHARE


def rate(client: Dhis2, in_flight: int) -> float:
    """Return bundles a second, after connections are open."""
    post(client, in_flight, in_flight)
    count = BUNDLES_EACH * in_flight
    began = time.perf_counter()
    post(client, count, in_flight)
    return count / (time.perf_counter() - began)


def flat_memory(client: Dhis2) -> bool:
    """Print by how much the peak of memory grows from few bundles to many."""
    post(client, FEW_BUNDLES, 4)
    before = peak_mib()
    post(client, MANY_BUNDLES, 4)
    growth = peak_mib() - before
    print(
        f"peak RSS after {FEW_BUNDLES} bundles {before:.1f} MiB; {MANY_BUNDLES} more: +{growth:.1f}"
    )
    return growth <= MOST_GROWTH_MIB


def post(client: Dhis2, count: int, in_flight: int) -> None:
    """Post bundles as a load does, and throw the receipts away."""
    state = LoadState()

    def settle(_: Bundle, receipt: Receipt) -> None:
        if len(receipt.accepted) != OBJECTS:
            raise AssertionError(receipt)

    post_phase(
        (Bundle(number) for number in range(count)),
        lambda body: post_bundle(client, body, "CREATE_AND_UPDATE", state),
        state,
        StopRule({}, {}, Guards()),
        in_flight=in_flight,
        begin=lambda _: None,
        settle=settle,
    )


def peak_mib() -> float:
    """Return the highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def serve(listener: socket.socket, latency: Any, answer: bytes) -> None:
    """Answer every request alike, after `latency` seconds."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(body_length(head))
                await asyncio.sleep(latency.value)
                writer.write(answer)
                await writer.drain()
        writer.close()

    async def forever() -> None:
        async with await asyncio.start_server(handle, sock=listener) as server:
            await server.serve_forever()

    asyncio.run(forever())


def body_length(head: bytes) -> int:
    """Return the Content-Length of a request."""
    return next(_lengths(head), 0)


def _lengths(head: bytes) -> Iterator[int]:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            yield int(value)


if __name__ == "__main__":
    sys.exit(main())
