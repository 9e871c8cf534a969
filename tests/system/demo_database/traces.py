"""All that a run leaves outside openIMIS: requests, log lines, Prefect's records, files."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.logging.handlers import APILogHandler

_PAGE = 200
_LEVELS = {
    "": logging.DEBUG,
    "httpcore": logging.INFO,  # says nothing of a request but that its bytes are under way
    "prefect": logging.DEBUG,
    "prefect.flow_runs": logging.DEBUG,
    "prefect.task_runs": logging.DEBUG,
}


@dataclass
class Traces:
    """What was recorded.

    Attributes:
        dhis2: Requests to DHIS2: address, headers and body.
        prefect: Requests to Prefect's server.
        logs: Log lines of this process, with tracebacks.
    """

    dhis2: list[str] = field(default_factory=list)
    prefect: list[str] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)


class _Recorder(logging.Handler):
    """Keeps log lines as they would be printed."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line."""
        self.lines.append(self.format(record))


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Traces]:
    """Record all requests and log lines of this process."""
    traces = Traces()
    _record_requests(monkeypatch, traces)
    recorder = _Recorder(traces.logs)
    levels = {name: logging.getLogger(name).level for name in _LEVELS}
    for name, level in _LEVELS.items():
        logging.getLogger(name).addHandler(recorder)
        logging.getLogger(name).setLevel(level)
    try:
        yield traces
    finally:
        for name, level in levels.items():
            logging.getLogger(name).removeHandler(recorder)
            logging.getLogger(name).setLevel(level)


def _record_requests(monkeypatch: pytest.MonkeyPatch, traces: Traces) -> None:
    send, send_async = (
        httpx.HTTPTransport.handle_request,
        httpx.AsyncHTTPTransport.handle_async_request,
    )

    def sent(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        _kept(request, traces).append(_text(request, request.read()))
        return send(self, request)

    async def sent_async(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        _kept(request, traces).append(_text(request, await request.aread()))
        return await send_async(self, request)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", sent)
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", sent_async)


def _kept(request: httpx.Request, traces: Traces) -> list[str]:
    asks_dhis2 = not {"x-prefect-api-version", "prefect-api-version"} & set(request.headers)
    return traces.dhis2 if asks_dhis2 else traces.prefect


def _text(request: httpx.Request, body: bytes) -> str:
    return f"{request.method} {request.url} {dict(request.headers)} {body.decode()}"


def records_of_prefect() -> dict[str, list[str]]:
    """Return what Prefect's server keeps: logs, artifacts, flow runs and task runs, as text."""
    APILogHandler().flush()
    with get_client(sync_client=True) as client:
        return {
            "logs": list(_all(client.read_logs)),
            "artifacts": list(_all(client.read_artifacts)),
            "flow runs": list(_all(client.read_flow_runs)),
            "task runs": list(_all(client.read_task_runs)),
            "blocks": [each.model_dump_json() for each in _blocks(client)],
        }


def _all(read: Any) -> Iterator[str]:
    offset = 0
    while page := read(limit=_PAGE, offset=offset):
        yield from (each.model_dump_json() for each in page)
        offset += len(page)


def _blocks(client: SyncPrefectClient) -> list[Any]:
    return client.read_block_documents(include_secrets=False)


def texts_of(folder: Path) -> dict[str, str]:
    """Return path → content of every file; of Parquet every value."""
    return {
        str(path.relative_to(folder)): _content(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _content(path: Path) -> str:
    if path.suffix != ".parquet":
        return path.read_text()
    rows = pl.read_parquet(path)
    lists = [name for name, dtype in rows.schema.items() if isinstance(dtype, pl.List)]
    return rows.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join(" ")).write_csv()
