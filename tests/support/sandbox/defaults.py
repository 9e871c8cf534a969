"""What an object has though nobody set it, by class and version, as real servers showed it.

`defaults.json`: class → versions → property → value; `programs.programStages` is a class embedded
in another.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

_DEFAULTS = json.loads(Path(__file__).with_suffix(".json").read_text())


@lru_cache
def defaults(kind: str, version: str) -> dict[str, Any]:
    """The properties of a class with the values they have unless others are given."""
    found: dict[str, Any] = {}
    for versions, properties in _DEFAULTS.get(kind, {}).items():
        if version in versions.split():
            found |= properties
    return found
