"""UIDs: their form, and new ones."""

from __future__ import annotations

import random
import re
import string

UID = re.compile(r"[a-zA-Z][a-zA-Z0-9]{10}")
_ALPHABET = string.ascii_letters + string.digits
_RANDOM = random.Random()


def is_uid(text: object) -> bool:
    """Whether this has a UID's form."""
    return isinstance(text, str) and UID.fullmatch(text) is not None


def new_uid() -> str:
    """A fresh UID."""
    return _RANDOM.choice(string.ascii_letters) + "".join(_RANDOM.choices(_ALPHABET, k=10))
