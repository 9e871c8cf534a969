"""Replays recordings against the stand-in and tells where the two answers differ.

recording ──► request ──► stand-in ──► answer ─┐
    └──────────────────► expected answer ──────┴─► both normalised, compared
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.sandbox import new_app
from tests.support.sandbox.app import SandboxApp
from tests.support.sandbox.wordlist import names

RECORDINGS = Path(__file__).with_name("recordings")

PASSWORDS = {"admin": "district", "loader": "Loader-123", "nobody": "Nobody-123"}
WRONG_PASSWORD = "003-me-wrong-password"

# Values that a server makes up, or that tell of the machine it runs on.
MADE_UP = frozenset(
    names(
        "message seconds time created lastUpdated createdAt updatedAt buildTime "
        "serverDate systemId contextPath userAgent memoryInfo url user databaseVersion javaVersion "
        "javaVendor osVersion revision intervalSinceLastAnalyticsTableSuccess "
        "intervalSinceLastAnalyticsTablePartitionSuccess timers preheat programRule prepareRequest "
        "validation commit totalImport totalRequest location index lastAnalyticsTableRuntime"
    )
)

OF_THE_INSTALLATION = frozenset({"instanceBaseUrl"})

# The same, of objects that have another property: notifications, jobs, the database.
MADE_UP_BESIDE = {
    "category": ("id", "uid"),
    "jobType": ("id", "name", "relativeNotifierEndpoint"),
    "databaseVersion": ("name",),
    "location": ("id",),
    "layer": ("id",),
}
# Lists that DHIS2 makes of sets: their order means nothing.
SETS = frozenset(
    names(
        "errorReports typeReports attributes dataValues organisationUnits authorities "
        "systemAuthorities analyticsPeriodBoundaries programTrackedEntityAttributes "
        "rejectedIndexes dataSetElements "
        "outputPeriodTypes programOwners programIndicators indicators organisationUnitGroups "
        "legends users userRoles"
    )
)
SETS_OF = frozenset({"frequencyOrder"})
SETS_BESIDE = {"trackedEntity": ("enrollments",)}
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d\.\d{3}(\+0000)?")
_RECORDED_FROM = min("2026-11-01", f"{datetime.now(UTC):%Y-%m-%d}")  # moments from then on are made
_HOST = re.compile(r"https?://[\w.]+(:\d+)?")
_DUMPS = (
    re.compile(r"MetadataIdentifier\(idScheme=UID, identifier=(?P<uid>\w+), attributeValue=null\)"),
    re.compile(r"[A-Za-z]+\((?:trackedEntity|enrollment|event)=(?P<uid>[^,]+), .*\)", re.DOTALL),
    re.compile(r'\{"class":.*?"uid":"(?P<uid>\w+)".*\}', re.DOTALL),
    re.compile(r"TrackedEntity\{id=\d+, uid='(?P<uid>\w+)'.*\}", re.DOTALL),
)
_NAMELESS = re.compile(r"org\.hisp\.dhis\.[\w.]+@\w+|TrackedEntityAttribute\{.*\}", re.DOTALL)
ANYTHING = "…"


@dataclass(frozen=True)
class Exchange:
    """One recorded exchange."""

    name: str
    request: dict[str, Any]
    response: dict[str, Any]


@lru_cache
def recorded(version: str) -> tuple[Exchange, ...]:
    """A version's exchanges in order."""
    exchanges = []
    for path in sorted((RECORDINGS / version).glob("*.json")):
        document = json.loads(path.read_text())
        exchanges.append(Exchange(path.stem, document["request"], document["response"]))
    return tuple(exchanges)


class Replay:
    """Sends recorded requests to a stand-in, in-process."""

    def __init__(self, version: str, passwords: Mapping[str, str] = PASSWORDS) -> None:
        self.app: SandboxApp = new_app(version)
        self._passwords = passwords
        self._ids: dict[str, str] = {}

    def differences(self, exchange: Exchange) -> list[str]:
        """What differs between the recorded answer and the stand-in's."""
        status, body = self.send(exchange)
        response = self._in_our_ids(exchange.response)
        return self.compared(Exchange(exchange.name, exchange.request, response), status, body)

    def compared(self, exchange: Exchange, status: int, body: Any) -> list[str]:
        """What differs between an answer in our ids and one of the stand-in."""
        return compare(exchange, status, body)

    def send(self, exchange: Exchange) -> tuple[int, Any]:
        """Status and body of the stand-in's answer."""
        request = self._in_our_ids(exchange.request)
        body, headers = _body(request)
        status, media, content = asyncio.run(
            call(
                self.app,
                request["method"],
                request["path"],
                _query(request),
                headers | self._login(exchange),
                body,
            )
        )
        answer = _read(content, media)
        self._learn_ids(exchange.response.get("body"), answer)
        return status, answer

    def _in_our_ids(self, part: dict[str, Any]) -> dict[str, Any]:
        """The ids of jobs and users are made up by each server: ours instead of theirs."""
        if not self._ids:
            return part
        text = json.dumps(part)
        for theirs, ours in self._ids.items():
            text = text.replace(theirs, ours)
        return dict(json.loads(text))

    def _learn_ids(self, theirs: Any, ours: Any) -> None:
        for name in ("id", "uid"):
            pair = [_made_id(body, name) for body in (theirs, ours)]
            if all(isinstance(uid, str) for uid in pair) and pair[0] != pair[1]:
                self._ids[str(pair[0])] = str(pair[1])

    def _login(self, exchange: Exchange) -> dict[str, str]:
        user = exchange.request.get("user")
        if user not in self._passwords:
            return {}
        password = "wrong" if exchange.name == WRONG_PASSWORD else self._passwords[user]
        credentials = base64.b64encode(f"{user}:{password}".encode()).decode()
        return {"Authorization": f"Basic {credentials}"}


def _made_id(body: Any, name: str) -> Any:
    return (body.get("response") or {}).get(name) if isinstance(body, dict) else None


def _query(request: dict[str, Any]) -> str:
    query = request.get("query") or {}
    pairs = [tuple(pair) for pair in query] if isinstance(query, list) else query
    return urlencode(pairs, doseq=True)


async def call(
    app: SandboxApp, method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> tuple[int, str, bytes]:
    """One request to an ASGI application."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "scheme": "http",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    await app(scope, receive, send)
    received = dict(sent[0]["headers"])
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], received.get(b"content-type", b"").decode(), content


def _body(request: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    headers = dict(request.get("headers") or {})
    if "raw" in request:
        headers.setdefault("Content-Type", "application/json")
        raw = request["raw"]
        return (b"\x1f\x8b\x08\x00" if raw.startswith("\x1f") else raw.encode()), headers
    if request.get("body") is None:
        return b"", headers
    headers.setdefault("Content-Type", "application/json")
    return json.dumps(request["body"]).encode(), headers


def _read(content: bytes, media: str) -> Any:
    if not content:
        return ""
    return json.loads(content) if media.startswith("application/json") else content.decode()


# comparing


def normalised(value: Any, key: str = "") -> Any:
    """A body without what differs from run to run."""
    if isinstance(value, dict):
        made_up = _made_up(value)
        body = {
            name: ANYTHING if name in made_up else _normalised_item(name, inner)
            for name, inner in value.items()
            if name not in OF_THE_INSTALLATION
        }
        for mark, names in SETS_BESIDE.items():
            for name in names if mark in body else ():
                if name in body:
                    body[name] = sorted(body[name], key=_sort_key)
        return body
    if isinstance(value, list):
        items = [normalised(item, key) for item in value]
        is_set = key in SETS or any(isinstance(i, dict) and i.keys() & SETS_OF for i in items)
        return sorted(items, key=_sort_key) if is_set else items
    if isinstance(value, str):
        return _normalised_text(value)
    return value


def _made_up(value: dict[str, Any]) -> set[str]:
    """What of an object the server makes up."""
    made_up = {name for mark in MADE_UP_BESIDE.keys() & value for name in MADE_UP_BESIDE[mark]}
    if value.get("status") == "ERROR":
        made_up.add("description")
    if "layer" in value and value.get("name") == value.get("id"):
        made_up.add("name")
    return made_up


def _sort_key(item: Any) -> str:
    """Orders a set's items by what is the same on both sides."""
    if not isinstance(item, dict):
        return json.dumps(item, sort_keys=True)
    args = [value for value in item.get("args", ()) if value != ANYTHING]
    rest = {name: value for name, value in item.items() if name not in {"args", "errorProperties"}}
    return json.dumps([rest, args], sort_keys=True)


def _normalised_item(name: str, value: Any) -> Any:
    if name in MADE_UP and not isinstance(value, (int, list)):
        return ANYTHING
    if name in {"args", "errorProperties"}:
        return [_argument(item) for item in value if item is not None]
    if name == "timers":
        return ANYTHING
    return normalised(value, name)


def _normalised_text(text: str) -> str:
    if text.lstrip().lower().startswith(("<!doctype", "<html")):
        return "<html>"
    return _MOMENT.sub(_moment, _HOST.sub("HOST", text))


def _moment(match: re.Match[str]) -> str:
    """A moment that was sent stays; one that the server made does not."""
    return "T" if match[1] >= _RECORDED_FROM else match[0]


def _argument(value: Any) -> Any:
    """An argument of an error: of objects written out whole, the UID."""
    if not isinstance(value, str):
        return value
    for dump in _DUMPS:
        match = dump.fullmatch(value)
        if match:
            return match["uid"]
    return ANYTHING if _NAMELESS.fullmatch(value) else _MOMENT.sub(_moment, value)


def differences(expected: Any, actual: Any, path: str = "") -> Iterator[str]:
    """Where two normalised bodies differ."""
    if expected in (actual, ANYTHING):
        return
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in sorted(expected.keys() | actual.keys()):
            if name not in actual:
                yield f"{path}.{name}: missing, recorded {_short(expected[name])}"
            elif name not in expected:
                yield f"{path}.{name}: {_short(actual[name])}, not recorded"
            else:
                yield from differences(expected[name], actual[name], f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (theirs, ours) in enumerate(zip(expected, actual, strict=True)):
            yield from differences(theirs, ours, f"{path}[{index}]")
    else:
        yield f"{path}: {_short(actual)}, recorded {_short(expected)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 300 else f"{text[:300]}…"


def compare(exchange: Exchange, status: int, body: Any) -> list[str]:
    """What differs between the recorded answer and this one."""
    found = []
    if status != exchange.response["status"]:
        found.append(f"status {status}, recorded {exchange.response['status']}")
    expected = normalised(exchange.response.get("body"))
    expected = "" if expected is None else expected
    return found + list(differences(expected, normalised(body)))
