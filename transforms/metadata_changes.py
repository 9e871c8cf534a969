"""Org units and options: which of them DHIS2 has not confirmed as they are wanted now.

Their base of comparison, when they are posted, is DHIS2 itself; this only keeps a run in which
nothing changed from asking.
"""

from collections.abc import Sequence

import polars as pl

ORG_UNITS = "org_units"
OPTIONS = "options"
METADATA = (OPTIONS, ORG_UNITS)
CONFIRMED: dict[str, pl.DataType] = {
    "key": pl.String(),
    "content": pl.String(),
    "run": pl.String(),
}


def with_content(desired: pl.LazyFrame) -> pl.LazyFrame:
    """Return `desired` with all its columns once more as one text, `content`."""
    return desired.with_columns(content=pl.struct(pl.all()).struct.json_encode())


def unconfirmed(desired: pl.LazyFrame, confirmed: pl.LazyFrame) -> pl.LazyFrame:
    """Return the rows of `desired` (with content) that are new or differ.

    Args:
        desired: Columns of `transforms.org_units` or `transforms.options`, and content.
        confirmed: The columns of `CONFIRMED`.
    """
    return desired.join(confirmed.select("key", "content"), on=["key", "content"], how="anti")


def unlisted(confirmed: pl.LazyFrame, uids: Sequence[str]) -> pl.LazyFrame:
    """Return key and uid of what DHIS2 has confirmed and does not list any more.

    Args:
        confirmed: The columns of `CONFIRMED`.
        uids: What it lists.
    """
    uid = pl.col("content").str.json_path_match("$.uid")
    listed = pl.LazyFrame({"uid": pl.Series(uids, dtype=pl.String)})
    return confirmed.select("key", uid=uid).join(listed, on="uid", how="anti")


def confirmed_after(
    confirmed: pl.LazyFrame, changed: pl.LazyFrame, accepted: pl.Series, run: str
) -> pl.LazyFrame:
    """Return what DHIS2 has confirmed after it has taken the keys `accepted`."""
    taken = changed.filter(pl.col("key").is_in(accepted.implode())).select(
        "key", "content", run=pl.lit(run)
    )
    return pl.concat([confirmed.join(taken, on="key", how="anti"), taken]).sort("key")
