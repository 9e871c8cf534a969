"""What an update does to single values of an object that DHIS2 has."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl

from transforms.changes.objects.schemas import BEFORE, TEXTS, UNKNOWN, Change, differs


class Move(StrEnum):
    """What an update does to one value of what DHIS2 holds."""

    FILL = "fill"  # it was empty
    ALTER = "alter"  # it was another
    EMPTY = "empty"  # it was there
    DUE = "due"  # it follows a day that has come since the last load


def cleared_values(values: Sequence[str]) -> pl.Expr:
    """Return the names of the values that an update empties."""
    return _of_updates(values, lambda name: pl.col(name).is_null() & _has_value_before(name))


def released_values(unique: Sequence[str]) -> pl.Expr:
    """Return the names of the unique values that an update has to give up first."""
    return _of_updates(unique, lambda name: differs(name) & _has_value_before(name))


def moves(names: Sequence[str], falling_due: Collection[str], since: str | None) -> pl.Expr:
    """Return what an update does to each of some values (`<Move>:<name>`).

    Args:
        names: Of values, and of what else an update changes. A value that was unknown has no move.
        falling_due: Names of days that move by themselves.
        since: ISO day from which on days have come that had not at the last load; None for none.
    """
    is_update = pl.col("change") == Change.UPDATE.value
    moved = [
        pl.when(is_update & differs(name) & pl.col(f"{name}{BEFORE}").ne_missing(UNKNOWN)).then(
            _move(name, since if name in falling_due else None)
        )
        for name in names
    ]
    return pl.concat_list(moved).list.drop_nulls()


def _has_value_before(name: str) -> pl.Expr:
    return pl.col(f"{name}{BEFORE}").is_not_null()


def _move(name: str, since: str | None) -> pl.Expr:
    """Return what an update does to a value; one that may fall due is a day."""
    is_due = pl.col(name) >= since if since else pl.lit(value=False)
    texts = {move: pl.lit(f"{move.value}:{name}") for move in Move}
    return (
        pl.when(pl.col(name).is_null())
        .then(texts[Move.EMPTY])
        .when(~_has_value_before(name))
        .then(texts[Move.FILL])
        .when(is_due)
        .then(texts[Move.DUE])
        .otherwise(texts[Move.ALTER])
    )


def _of_updates(names: Sequence[str], holds: Callable[[str], pl.Expr]) -> pl.Expr:
    """Return the names that `holds` is true of; none for a change that is no update."""
    if not names:
        return pl.lit([], TEXTS)
    is_update = pl.col("change") == Change.UPDATE.value
    named = [pl.when(is_update & holds(name)).then(pl.lit(name)) for name in names]
    return pl.concat_list(named).list.drop_nulls()


def first_due_day(as_of: datetime | None) -> str | None:
    """Return the ISO day from which on days have come since a snapshot: a day earlier, for zones.

    Args:
        as_of: When the snapshot was taken, on the source's clock; None where there was none.
    """
    return (as_of.date() - timedelta(days=1)).isoformat() if as_of else None
