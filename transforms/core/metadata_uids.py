"""UIDs of metadata that the seed does not have: made from a text, by the letters of all others."""

import hashlib
from functools import cache

from transforms.core.uids import LETTERS, UID_LENGTH

FIRST_LETTERS = LETTERS[10:20] + LETTERS[10:]


@cache
def metadata_uid(text: str) -> str:
    """Return the UID that is made from a text.

    Without polars: tables call this when they are imported, and a process that has forked after
    polars started its threads waits for them for ever.
    """
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    first, *others = (byte >> 2 for byte in digest[:UID_LENGTH])
    return FIRST_LETTERS[first] + "".join(LETTERS[each] for each in others)
