"""The product's whole story as four real servers answered it, and the forms that fail on some.

story/<version>.jsonl.xz    every exchange in order, from a freshly installed server
story/<version>-forms.jsonl.xz  asked at the end of another story: what some versions refuse
story/<version>-asked.jsonl.xz  what the product and its tests ask besides
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.recorded.contract.replay import Exchange, Replay, compare, normalised
from tests.support.sandbox.metadata_classes import CLASSES

BY_TOKEN = "loader by token"
TOKEN, LIMITED = "d2pat_whole", "d2pat_limited"
GET_AND_POST = ("GET", "POST")
LISTS = frozenset({"trackedEntities", "enrollments", "events", "instances"})
VALUES = "dataValues"
STORY = Path(__file__).with_name("story")


@lru_cache
def told(version: str) -> tuple[Exchange, ...]:
    """A version's story in order."""
    with lzma.open(STORY / f"{version}.jsonl.xz", "rt", encoding="utf-8") as lines:
        return tuple(_exchanges(lines))


@lru_cache
def forms(version: str) -> tuple[Exchange, ...]:
    """A version's answers to the forms that some version refuses."""
    return _lines(version, "forms")


@lru_cache
def asked(version: str) -> tuple[Exchange, ...]:
    """A version's answers to what the product asks and the story does not hold."""
    return _lines(version, "asked")


def _lines(version: str, name: str) -> tuple[Exchange, ...]:
    with lzma.open(STORY / f"{version}-{name}.jsonl.xz", "rt") as lines:
        return tuple(_exchanges(lines))


def _exchanges(lines: Iterable[str]) -> Iterator[Exchange]:
    for line in lines:
        row = json.loads(line)
        name = f"{row['n']:03}-{row['flow']}" if "n" in row else row["name"]
        yield Exchange(name, _request(row), {"status": row["status"], "body": row["answer"]})


def _request(row: dict[str, Any]) -> dict[str, Any]:
    request = {name: row[name] for name in ("method", "path", "user", "body")}
    return request | {"query": row["query"], "headers": {"Accept": "application/json"}}


class StoryReplay(Replay):
    """Tells the story to a stand-in.

    Objects of one request have one moment here and several there, and equal ones are in no order:
    a page that shows all is a set; of one that does not, only its size is sure.
    """

    def __init__(self, version: str, *, renamed: bool = False) -> None:
        super().__init__(version, {"admin": "district", "loader": "…"})
        self._sets = LISTS | CLASSES.keys() if renamed else LISTS

    def tell(self) -> None:
        """Tells the whole story, and gives the loader two tokens."""
        for exchange in told(self.app.dialect.version):
            self.send(exchange)
        users = self.app.state.metadata["users"].items()
        loader = next(uid for uid, user in users if user["username"] == "loader")
        self.app.state.tokens |= {TOKEN: loader, LIMITED: loader}
        self.app.state.tokens.methods[LIMITED] = GET_AND_POST

    def set_clock_to(self, exchanges: Iterable[Exchange]) -> None:
        """Let the stand-in be at the moment when a server wrote the values that it was given."""
        bodies = [each.response["body"] for each in exchanges if each.request["method"] == "GET"]
        values = [row for body in bodies if isinstance(body, dict) for row in body.get(VALUES, ())]
        if moments := [datetime.fromisoformat(row["lastUpdated"]) for row in values]:
            self.app.state.ahead = int(max(moments).timestamp() * 1000) - self.app.state.now()

    def _login(self, exchange: Exchange) -> dict[str, str]:
        if exchange.request["user"] != BY_TOKEN:
            return super()._login(exchange)
        token = LIMITED if exchange.name.startswith("token-without-put") else TOKEN
        return {"Authorization": f"ApiToken {token}"}

    def learn(self, theirs: Any, ours: Any) -> None:
        """Learn which ids of option combinations, which each server makes up, are the same."""
        made = _combinations(ours)
        for options, uid in _combinations(theirs).items():
            if options in made and made[options] != uid:
                self._ids[uid] = made[options]

    def _learn_ids(self, theirs: Any, ours: Any) -> None:
        super()._learn_ids(theirs, ours)
        self.learn(theirs, ours)

    def compared(self, exchange: Exchange, status: int, body: Any) -> list[str]:
        """What differs, the order of tracker objects (and of what was renamed) aside."""
        response = exchange.response | {"body": self._as_set(exchange.response["body"])}
        recorded = Exchange(exchange.name, exchange.request, response)
        return compare(recorded, status, self._as_set(body))

    def _as_set(self, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        size = (body.get("pager") or body).get("pageSize", 0)
        return {
            name: _in_order(value, size)
            if name in self._sets and isinstance(value, list)
            else value
            for name, value in body.items()
        }


def _combinations(body: Any) -> dict[frozenset[str], str]:
    rows = body.get("categoryOptionCombos", ()) if isinstance(body, dict) else ()
    return {
        frozenset(option["id"] for option in row.get("categoryOptions", ())): row["id"]
        for row in rows
    }


def _in_order(rows: list[Any], size: int) -> list[Any]:
    if len(rows) == size:
        return [{} for _ in rows]
    return sorted((_inner(row) for row in rows), key=lambda row: json.dumps(row, sort_keys=True))


def _inner(row: dict[str, Any]) -> dict[str, Any]:
    return {name: normalised(value, name) for name, value in row.items()}
