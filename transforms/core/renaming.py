"""Two sets of UIDs that change places: ours, and those that a DHIS2 has for the same things.

Everything here speaks of our UIDs; a DHIS2 that had a thing before us has another one for it. What
goes out and what comes in has the UIDs changed, both ways alike. So nothing else has to know.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_UID = re.compile(rb"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]{10}(?![A-Za-z0-9])")


@dataclass(frozen=True)
class Renaming:
    """Pairs of UIDs that change places.

    Attributes:
        theirs: Our UID to that of DHIS2; each of both stands there once.
    """

    theirs: Mapping[str, str] = field(default_factory=dict)
    _swapped: Mapping[bytes, bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pairs = [(ours.encode(), theirs.encode()) for ours, theirs in self.theirs.items()]
        both = dict(pairs) | {theirs: ours for ours, theirs in pairs}
        object.__setattr__(self, "_swapped", both)

    def __bool__(self) -> bool:
        return bool(self.theirs)

    def __or__(self, other: "Renaming") -> "Renaming":
        return Renaming({**self.theirs, **other.theirs})

    def swap(self, content: bytes) -> bytes:
        """Return a text (UTF-8) with each UID of one side in place of the other's."""
        if not self.theirs:
            return content
        return _UID.sub(lambda found: self._swapped.get(found[0], found[0]), content)

    def swap_text(self, text: str) -> str:
        """Return the same of a text that is no bytes."""
        return self.swap(text.encode()).decode() if self.theirs else text

    def swap_values(self, values: Mapping[str, str | int | Sequence[str]]) -> dict[str, Any]:
        """Return the same of the values of parameters."""
        return {name: self._swap_value(value) for name, value in values.items()}

    def _swap_value(self, value: str | int | Sequence[str]) -> Any:
        if isinstance(value, int):
            return value
        if isinstance(value, str):
            return self.swap_text(value)
        return [self.swap_text(each) for each in value]


AS_OURS = Renaming()
"""Where a DHIS2 has nothing that is used instead of ours."""
