"""One cover of an insuree by a policy, however many current rows openIMIS has of it.

openIMIS may write one more current row for each policy of an insuree whose record is saved, which
begins on that day. Such rows are one cover:

    cover_id          the least of the rows': it is the oldest, and stays while that row is current
    days of begin     the earliest of the rows'
    expiry date       the latest of the rows'
"""

import polars as pl

from transforms.openimis.rows import Rows

_OF = ("insuree_id", "policy_id")
_EARLIEST = ("enrollment_date", "start_date", "effective_date")


def covers_among(rows: Rows) -> pl.LazyFrame:
    """Return the current covers.

    Args:
        rows: Of insuree policies, of the register; all those of each insuree.

    Returns:
        The columns of `transforms.openimis.subjects.COVERS`, and `has_several_rows`. A row that
        names no insuree or no policy is a cover of its own.
    """
    names_both = pl.all_horizontal(pl.col(name).is_not_null() for name in _OF)
    return (
        rows.current.group_by(*_OF, alone=pl.when(~names_both).then("cover_id"))
        .agg(
            pl.col("cover_id", *_EARLIEST).min(),
            pl.col("expiry_date").max(),
            has_several_rows=pl.len() > 1,
        )
        .drop("alone")
    )


def touched_covers(covers: pl.LazyFrame, rows: Rows, touched: pl.LazyFrame) -> pl.LazyFrame:
    """Return the covers that rows of theirs were touched of.

    Args:
        covers: See `covers_among`.
        rows: Of insuree policies, of the register.
        touched: Keys of rows, current or deleted: cover_id.

    Returns:
        cover_id.
    """
    named = rows.live.join(touched, on="cover_id", how="semi").select(*_OF).unique()
    alike = covers.join(named, on=_OF, how="semi")
    own = covers.join(touched, on="cover_id", how="semi")
    return pl.concat([each.select("cover_id") for each in (alike, own)]).unique()
