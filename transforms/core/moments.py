"""Moments as people read them."""

from datetime import datetime


def to_the_second(moment: datetime | str) -> str:
    """Return a moment without parts of a second: `2026-11-28 02:00:00`.

    Args:
        moment: Without a zone, or as `str` writes such a one.
    """
    return str(moment).partition(".")[0]
