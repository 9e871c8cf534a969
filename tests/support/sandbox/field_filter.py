"""The `fields` parameter:
`id,name,parent[id],enrollments[enrollment,events[event]],:owner,!sharing`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

_SIZE = re.compile(r"\w+(?:~|::|\|)size")
EVERYTHING = frozenset({"*", ":all", ":owner", ":persisted"})


@dataclass(frozen=True)
class Fields:
    """What is asked of an object: names with what is asked of theirs, presets, exclusions."""

    names: dict[str, Fields | None] = field(default_factory=dict)
    presets: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()  # lists of which the length is asked: `options~size`

    @property
    def everything(self) -> bool:
        """Whether a preset asks for all that an object has."""
        return bool(self.presets & EVERYTHING)

    def wants(self, name: str) -> bool:
        """Whether this property is asked for."""
        return name not in self.excluded and (name in self.names or self.everything)

    def inner(self, name: str) -> Fields | None:
        """What is asked of a property's object; None: no more than the name."""
        return self.names.get(name)


@lru_cache(maxsize=1_000)
def parse_fields(text: str) -> Fields:
    """Reads a `fields` parameter."""
    parsed, _ = _read(text, 0)
    return parsed


def _read(text: str, position: int) -> tuple[Fields, int]:
    names: dict[str, Fields | None] = {}
    presets: set[str] = set()
    excluded: set[str] = set()
    sizes = {_bare(part) for part in _SIZE.findall(text)}
    token = ""
    while position < len(text) and text[position] not in ")]":
        character = text[position]
        position += 1
        if character in "([":
            inner, position = _read(text, position)
            names[_bare(token)] = inner
            token = ""
        elif character == ",":
            _note(token, names, presets, excluded)
            token = ""
        else:
            token += character
    _note(token, names, presets, excluded)
    asked = Fields(names, frozenset(presets), frozenset(excluded), frozenset(sizes & names.keys()))
    return asked, position + 1


def _note(
    token: str, names: dict[str, Fields | None], presets: set[str], excluded: set[str]
) -> None:
    token = token.strip()
    if not token:
        return
    if token.startswith("!"):
        excluded.add(token[1:])
    elif token == "*" or token.startswith(":"):
        presets.add(token)
    else:
        names.setdefault(_bare(token), None)


def _bare(token: str) -> str:
    """The name without a transformer such as `~rename(x)` or `::size`."""
    return token.strip().split("~")[0].split("::")[0].split("|")[0]
