"""How many changes there are of each kind, and for how many objects something is left out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl


def count_by_kind(changes: pl.LazyFrame) -> dict[str, int]:
    """Return kind of change → objects, of changes with the column `change`."""
    counts = changes.group_by("change").len().cast({"change": pl.String})
    return dict(counts.collect().iter_rows())


def sum_by_reason(counts: Sequence[pl.DataFrame]) -> dict[str, int]:
    """Return reason → objects, of frames with the columns `reason` and `count`."""
    total = pl.concat(counts).group_by("reason").agg(pl.col("count").sum()).sort("reason")
    return dict(total.iter_rows())


def first_due_day(as_of: datetime | None) -> str | None:
    """Return the ISO day from which on days have come since a snapshot: a day earlier, for zones.

    Args:
        as_of: When the snapshot was taken, on the source's clock; None where there was none.
    """
    return (as_of.date() - timedelta(days=1)).isoformat() if as_of else None
