"""UIDs of metadata that the seed does not have: made from a text, by the letters of all others."""

from functools import cache

import polars as pl

from transforms import uids


@cache
def metadata_uid(text: str) -> str:
    """Return the UID that is made from a text."""
    return str(pl.select(uids.hashed_uid(pl.lit(text))).item())
