"""Two sets of UIDs that change places: ours, and those that a DHIS2 has for the same things.

Everything here speaks of our UIDs; a DHIS2 that had a thing before us has another one for it. What
goes out and what comes in has the UIDs changed, both ways alike. So nothing else has to know.

    metadata    wherever the UID stands: expressions have it too
    people      only where a person is named: the enrollment in the insuree program has the same UID
                as our person, and DHIS2 knows it by that
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from transforms.core.uids import UID_LENGTH

_UID = re.compile(rb"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]{10}(?![A-Za-z0-9])")
_PERSON = re.compile(rb'"trackedEntity"\s*:\s*"[A-Za-z][A-Za-z0-9]{10}(?=")')
"""As the bundles name a person, and as DHIS2 does (2.40 to 2.43)."""
NAMES_OF_PEOPLE = frozenset({"trackedEntity", "trackedEntities", "trackedEntityInstance"})
"""Parameters that name people, of reading and of changes of owner (2.40 to 2.43)."""
Swapped = Mapping[bytes, bytes]


@dataclass(frozen=True)
class Renaming:
    """Pairs of UIDs that change places.

    Attributes:
        theirs: Our UID of metadata to that of DHIS2; each of both stands there once.
        people: The same of people.
    """

    theirs: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    _things: Swapped = field(init=False, repr=False, compare=False)
    _persons: Swapped = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_things", _both_ways(self.theirs))
        object.__setattr__(self, "_persons", _both_ways(self.people))

    def __bool__(self) -> bool:
        return bool(self.theirs or self.people)

    def __or__(self, other: "Renaming") -> "Renaming":
        return Renaming({**self.theirs, **other.theirs}, {**self.people, **other.people})

    def swap(self, content: bytes) -> bytes:
        """Return JSON (UTF-8) with each UID of one side in place of the other's."""
        return _swap(_PERSON, _swap(_UID, content, self._things), self._persons)

    def swap_text(self, text: str) -> str:
        """Return a text with each UID of metadata of one side in place of the other's."""
        return _swap(_UID, text.encode(), self._things).decode() if self.theirs else text

    def swap_values(self, values: Mapping[str, str | int | Sequence[str]]) -> dict[str, Any]:
        """Return the same of the values of parameters, and people where these name them."""
        return {name: self._swap_value(name, value) for name, value in values.items()}

    def _swap_value(self, name: str, value: str | int | Sequence[str]) -> Any:
        if isinstance(value, int):
            return value
        if isinstance(value, str):
            return self._swap_parameter(name, value)
        return [self._swap_parameter(name, each) for each in value]

    def _swap_parameter(self, name: str, value: str) -> str:
        if name not in NAMES_OF_PEOPLE:
            return self.swap_text(value)
        return _swap(_UID, value.encode(), self._persons).decode()


def _both_ways(theirs: Mapping[str, str]) -> Swapped:
    pairs = [(ours.encode(), their.encode()) for ours, their in theirs.items()]
    return dict(pairs) | {their: ours for ours, their in pairs}


def _swap(pattern: re.Pattern[bytes], content: bytes, swapped: Swapped) -> bytes:
    """Return a text in which the UIDs at the ends of what a pattern finds have changed places."""

    def put(found: re.Match[bytes]) -> bytes:
        uid = found[0][-UID_LENGTH:]
        return found[0][:-UID_LENGTH] + swapped.get(uid, uid)

    return pattern.sub(put, content) if swapped else content


AS_OURS = Renaming()
"""Where a DHIS2 has nothing that is used instead of ours."""
