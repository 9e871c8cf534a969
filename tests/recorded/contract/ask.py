"""Asks a real DHIS2 what no recording holds yet, and writes down what it answers.

python -m tests.recorded.contract.ask 2.42 http://127.0.0.1:8080

The server must be freshly installed and disposable: the whole story is told to it first, so that
what is asked then finds what the story leaves. What to ask stands in story/to_ask.json, in 2.42's
words; `learn` there is an answer with ids for what each server calls as it likes.
"""

from __future__ import annotations

import json
import lzma
import sys
from collections.abc import Iterator
from typing import Any

import httpx

from tests.recorded.contract.replay import Exchange
from tests.recorded.contract.story import STORY, StoryReplay, told
from tests.support.sandbox.dialects import Dialect, dialect_of

PASSWORD = "Loader-123-a"
SLOWEST = 600.0
Row = dict[str, Any]


class RealReplay(StoryReplay):
    """Tells the story to a real server; only the ids are learnt as from the stand-in."""

    def __init__(self, version: str, address: str) -> None:
        super().__init__(version)
        self.client = httpx.Client(base_url=address, timeout=SLOWEST)
        self._passwords = {"admin": "district", "loader": PASSWORD}

    def send(self, exchange: Exchange) -> tuple[int, Any]:
        """Status and body of the server's answer."""
        answer = self.ask(exchange.request)
        self._learn_ids(exchange.response.get("body"), _body(answer))
        return answer.status_code, _body(answer)

    def in_recorded_ids(self, text: str) -> str:
        """The ids that this server made up, as those of the story."""
        for recorded, made in self._ids.items():
            text = text.replace(made, recorded)
        return text

    def ask(self, request: Row) -> httpx.Response:
        """The server's answer to a recorded request."""
        request = self._in_our_ids(request)
        body = request.get("body")
        if request["path"] == "/api/users" and body:
            body = body | {"password": PASSWORD}
        self.client.cookies.clear()
        return self.client.request(
            request["method"],
            request["path"],
            params=[tuple(pair) for pair in request["query"]],
            content=None if body is None else json.dumps(body),
            headers={"Accept": "application/json", "Content-Type": "application/json"},
            auth=(request["user"], self._passwords[request["user"]]),
        )


def _body(answer: httpx.Response) -> Any:
    return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text


def to_ask(version: str) -> list[Row]:
    """What is to be asked, in the version's words."""
    dialect = dialect_of(version)
    rows = json.loads((STORY / "to_ask.json").read_text())
    return [
        row | {"query": list(_in_its_words(row["query"], dialect))}
        for row in rows
        if version in row.get("versions", (version,))
    ]


def _in_its_words(query: list[list[str]], dialect: Dialect) -> Iterator[list[str]]:
    words = {"orgUnitMode": dialect.org_unit_mode[0], "orgUnits": dialect.org_units[0]}
    for name, value in query:
        if name in {"trackedEntities", "enrollments", "events"}:
            suffix = dialect.uids_suffix[0]
            single = "trackedEntity" if name == "trackedEntities" else name.removesuffix("s")
            yield [name if suffix else single, value.replace(",", dialect.uid_separator)]
        else:
            yield [words.get(name, name), value]


def main(version: str, address: str) -> None:
    """Tells, asks, and writes story/<version>-asked.jsonl.xz."""
    replay = RealReplay(version, address)
    for exchange in told(version):
        status, _ = replay.send(exchange)
        if status != exchange.response["status"]:
            print(f"{exchange.name}: {status}, recorded {exchange.response['status']}")
    with lzma.open(STORY / f"{version}-asked.jsonl.xz", "wt") as lines:
        for row in to_ask(version):
            alike = row.pop("learn", None)
            answer = replay.ask(row)
            replay.learn(alike, _body(answer))
            heard = {"status": answer.status_code, "type": answer.headers.get("content-type", "")}
            line = json.dumps(row | heard | {"answer": _body(answer)})
            lines.write(replay.in_recorded_ids(line) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
