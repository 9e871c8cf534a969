"""Renames every UID, code and free value of the recordings, consistently: what only remembers
answers does not pass.

UIDs get new ones. Codes, names and values go through a substitution of letters by letters and
digits by digits,
which keeps lengths, differences and the relation of upper to lower case; dates and numbers stay.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterable, Iterator
from typing import Any

from tests.recorded.contract.replay import Exchange
from tests.support.sandbox.state import ADMIN, DEFAULT_OPTION_COMBO
from tests.support.sandbox.uids import is_uid
from tests.support.sandbox.visualizations import RELATIVE_PERIODS
from tests.support.sandbox.wordlist import names

UID_KEYS = frozenset(
    names(
        "id uid trackedEntity enrollment event program programStage orgUnit trackedEntityType "
        "attribute dataElement"
    )
)
WORD_KEYS = frozenset(names("name shortName code value title text firstName surname storedBy"))
MADE_OF_TWO = frozenset(names("name displayName displayShortName"))
OF_USERS = frozenset(names("createdBy lastUpdatedBy user"))
FREE_TEXT_KEYS = frozenset(
    names("args errorProperties raw filter expression description numerator denominator object")
)
OF_THE_SERVER = frozenset({ADMIN, DEFAULT_OPTION_COMBO})
DATA_STORE = "/api/dataStore/"
CONFIGURATION = "/api/configuration/"

_UID_TOKEN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]{10}(?![A-Za-z0-9])")
_NUMERIC = re.compile(r"(?=.*\d)[\d.,+\-:/ETZeW]*|[.,+\-:/]*")
_KEPT = frozenset({"true", "false", "default"})


class Renaming:
    """One consistent renaming of a version's exchanges."""

    def __init__(self, exchanges: Iterable[Exchange], seed: int) -> None:
        chance = random.Random(seed)
        exchanges = list(exchanges)
        self._table = _substitution(chance)
        self._uids = {uid: _fresh_uid(chance) for uid in sorted(_uids(exchanges))}
        self._words = {word: word.translate(self._table) for word in _words(exchanges)}
        longest_first = sorted(self._words, key=len, reverse=True)
        self._word_token = re.compile(
            r"(?<![A-Za-z0-9_])(?:"
            + "|".join(re.escape(word) for word in longest_first)
            + r")(?![A-Za-z0-9_])"
        )

    def exchange(self, exchange: Exchange) -> Exchange:
        """An exchange, request and expected answer, under new names."""
        if exchange.request["path"].startswith(CONFIGURATION):
            return exchange
        return Exchange(
            exchange.name,
            {name: self._part(name, value) for name, value in exchange.request.items()},
            {name: self._part(name, value) for name, value in exchange.response.items()},
        )

    def _part(self, name: str, value: Any) -> Any:
        if name == "path" and value.startswith(DATA_STORE):
            return DATA_STORE + "/".join(
                map(self._whole, value.removeprefix(DATA_STORE).split("/"))
            )
        return self._renamed(value, name) if name in {"path", "query", "body", "raw"} else value

    def _renamed(self, value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {
                self._in_uids(name): self._renamed(inner, name) for name, inner in value.items()
            }
        if isinstance(value, list):
            renamed = [self._renamed(item, key) for item in value]
            return sorted(renamed, key=_name) if _is_by_name(value) else renamed
        if not isinstance(value, str):
            return value
        if value in self._words:
            return self._words[value]
        if key in MADE_OF_TWO and (pair := self._pair(value)) is not None:
            return pair
        text = self._in_uids(value)
        if key in FREE_TEXT_KEYS:
            return self._word_token.sub(lambda match: self._words[match[0]], text)
        return text

    def _pair(self, text: str) -> str | None:
        """A name that DHIS2 makes of two: `Person Family ID`."""
        parts = text.split(" ")
        known = self._words | {"null": "null"}
        for position in range(1, len(parts)):
            first, second = " ".join(parts[:position]), " ".join(parts[position:])
            if first in known and second in known:
                return f"{known[first]} {known[second]}"
        return None

    def _whole(self, text: str) -> str:
        return self._words.get(text, text)

    def _in_uids(self, text: str) -> str:
        return _UID_TOKEN.sub(lambda match: self._uids.get(match[0], match[0]), text)


def _substitution(chance: random.Random) -> dict[int, int]:
    letters = list(string.ascii_lowercase)
    chance.shuffle(letters)
    digits = list(string.digits)
    chance.shuffle(digits)
    lower = "".join(letters)
    return str.maketrans(
        string.ascii_lowercase + string.ascii_uppercase + string.digits,
        lower + lower.upper() + "".join(digits),
    )


def _name(item: dict[str, Any]) -> str:
    return str(item["name"])


def _is_by_name(items: list[Any]) -> bool:
    """Whether a list is in order of its names, and so will be under other names."""
    if not all(isinstance(item, dict) and item.keys() >= {"name", "level"} for item in items):
        return False
    return len(items) > 1 and items == sorted(items, key=_name)


def _fresh_uid(chance: random.Random) -> str:
    rest = chance.choices(string.ascii_letters + string.digits, k=10)
    return chance.choice(string.ascii_letters) + "".join(rest)


def _strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """All texts of a document with the name they are under."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield "id", name
            if name not in OF_USERS:
                yield from _strings(inner, name)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item, key)
    elif isinstance(value, str):
        yield key, value


def _uids(exchanges: list[Exchange]) -> set[str]:
    """The UIDs that requests bring; those of jobs are the server's."""
    found = {
        text
        for exchange in exchanges
        for key, text in _strings(exchange.request.get("body"))
        if key in UID_KEYS and is_uid(text)
    }
    names = {
        name for exchange in exchanges for name in _property_names(exchange.request.get("body"))
    }
    return found - names - OF_THE_SERVER - frozenset(RELATIVE_PERIODS)


def _property_names(value: Any) -> Iterator[str]:
    """Names of properties that happen to look like UIDs."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name[0].islower() and not any(letter.isdigit() for letter in name):
                yield name
            yield from _property_names(inner)
    elif isinstance(value, list):
        for item in value:
            yield from _property_names(item)


def _words(exchanges: list[Exchange]) -> set[str]:
    """The codes, names and free values that requests bring."""
    words = set()
    for exchange in exchanges:
        path = exchange.request["path"]
        if path.startswith(DATA_STORE):
            words |= set(path.removeprefix(DATA_STORE).split("/"))
        if path.startswith(CONFIGURATION):
            continue
        for key, text in _strings(exchange.request.get("body")):
            if key in WORD_KEYS and not is_fixed(text):
                words.add(text)
    return words


def is_fixed(text: str) -> bool:
    """Whether a value has a meaning of its own: a date, a number, a truth value, a UID."""
    return (
        _NUMERIC.fullmatch(text) is not None
        or text in _KEPT
        or _UID_TOKEN.fullmatch(text) is not None
    )
