"""The date window of a run: which rows left a trace in it.

openIMIS leaves a trace of a change where it dates a row anew, closes it, keeps a copy of it or sets
a stamp. Some changes leave none at all: a run without a window carries them.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from transforms.core.errors import GuardError
from transforms.openimis.register import Register
from transforms.openimis.rows import Rows

VALIDITY = ("valid_from", "valid_until")


@dataclass(frozen=True)
class Window:
    """The days whose changes are posted, both ends included; None leaves an end open.

    Raises:
        GuardError: It ends before it begins.
    """

    changed_from: dt.date | None = None
    changed_to: dt.date | None = None

    def __post_init__(self) -> None:
        if self.changed_from and self.changed_to and self.changed_from > self.changed_to:
            raise GuardError(
                f"changed_from ({self.changed_from}) is after changed_to ({self.changed_to}): no "
                f"change lies in such days. Give the earlier day as changed_from. Nothing was "
                f"posted."
            )

    def holds(self, moment: pl.Expr) -> pl.Expr:
        """True where a Date or Datetime lies in the window; False for null."""
        day = moment.cast(pl.Date)
        first = day >= (self.changed_from or dt.date.min)
        last = day <= (self.changed_to or dt.date.max)
        return (first & last).fill_null(value=False)


def keys_in_window(rows: Rows, window: Window | None, *stamps: str) -> pl.LazyFrame:
    """Return the keys of the objects that left a trace in the window.

    Args:
        rows: Of the register; copies stand for the row that they are of.
        window: None: there is no window, so no keys.
        stamps: Columns that a change sets, besides those of every row.

    Returns:
        The column of the key, each once.
    """
    if window is None:
        return rows.versions.select(rows.key).clear()
    in_window = pl.any_horizontal(window.holds(pl.col(name)) for name in (*VALIDITY, *stamps))
    return rows.versions.filter(in_window).select(rows.key).unique()


def mark_window(
    frame: pl.LazyFrame,
    window: Window | None,
    traces: Sequence[tuple[str, pl.LazyFrame]],
    *days: str,
) -> pl.LazyFrame:
    """Return `frame` with `in_window`.

    Args:
        frame: Any frame with the foreign keys that `traces` name, and `days`.
        window: None means that everything is in the window.
        traces: Foreign key of `frame`, and what `keys_in_window` returned for the table that it
            names.
        days: Date columns of `frame`: a day that comes is a change, though nobody wrote a row.

    Returns:
        The same rows with `in_window` (Boolean, never null).
    """
    if window is None:
        return frame.with_columns(in_window=pl.lit(value=True))
    hits = [f"_touched_{number}" for number in range(len(traces))]
    for hit, (column, keys) in zip(hits, traces, strict=True):
        rows_hit = keys.select(pl.first().alias(column), pl.lit(value=True).alias(hit))
        frame = frame.join(rows_hit, on=column, how="left", maintain_order="left")
    due = [window.holds(pl.col(day)) for day in days]
    is_hit = pl.any_horizontal(*(pl.col(hit) for hit in hits), *due).fill_null(value=False)
    return frame.with_columns(in_window=is_hit).drop(hits)


def people_in_window(register: Register, window: Window | None) -> pl.LazyFrame:
    """Return the insuree_id of people who, or whose family, left a trace."""
    families = keys_in_window(register.families, window)
    of_families = register.people.live.join(families, on="family_id", how="semi")
    return pl.concat(
        [keys_in_window(register.people, window), of_families.select("insuree_id")]
    ).unique()
