"""Magnitude of org units and options: how much of what DHIS2 has confirmed of them becomes another.

    of org units    a name, parent, closing day, group or point that becomes another
    of options      a name, set by set: a column of openIMIS fills one set

What exceeds both change_share of what DHIS2 has confirmed and metadata_count waits for `changes`.
So does the closing of all, of more than all_count. Only what DHIS2 would see counts: it keeps an
org unit in its programs, and its point and groups where openIMIS says nothing of them.

Counted and reported, never held back: what is new, since data lie there or use it; what was empty
and is filled; and what openIMIS lists no more, since DHIS2 keeps it. The latter is reported once,
and again when as many more are gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from transforms.changes.answers.metadata_changes import BEFORE
from transforms.changes.guards.magnitude import (
    FILLED,
    FIRST_LOAD,
    Finding,
    MagnitudeKind,
    limit_of_all,
    permission_sentence,
)
from transforms.changes.guards.permissions import Allow, Permissions
from transforms.changes.objects.moves import Move
from transforms.model.resources import OPTIONS, ORG_UNITS
from transforms.model.tables.option_sets import FILLED_SETS
from transforms.openimis.country import Guards

NEEDED = "data may need them"
KEPT = "DHIS2 keeps them"
CLOSED = "closedDate"
NOTHING_REPORTED: Mapping[str, int] = {}
FROM_OPENIMIS = [each.uid for each in FILLED_SETS]
COLUMNS = {ORG_UNITS: ("name", "parentUid", CLOSED, "groups", "geometry"), OPTIONS: ("name",)}
"""What DHIS2 would see of a row; other columns follow from these, or are given only once."""


@dataclass(frozen=True)
class Measured:
    """What a run would do to the org units, or to the options.

    Attributes:
        confirmed: List (an option set; "" of all org units) to what DHIS2 has confirmed of it.
        new: How many rows it has not confirmed.
        vanished: List to how many confirmed rows openIMIS has no more; not of a fixed list.
        moves: How (`Move`) and what (a column; of options the set) to rows.
    """

    confirmed: Mapping[str, int]
    new: int
    vanished: Mapping[str, int]
    moves: Mapping[tuple[str, str], int]

    def of(self, name: str) -> int:
        """Return of how many rows a value or list is."""
        return self.confirmed.get(name, sum(self.confirmed.values()))


def measure_metadata(
    name: str, paired: pl.LazyFrame, confirmed: pl.LazyFrame, desired: pl.LazyFrame
) -> Measured:
    """Count what a run would do to the org units, or to the options.

    Args:
        name: Which of them.
        paired: What the run would push, beside what is confirmed (`with_confirmed`).
        confirmed: key of all that DHIS2 has confirmed.
        desired: key of all that openIMIS has.
    """
    listed = pl.col("key").str.split(":").list.first() if name == OPTIONS else pl.lit("")
    keys = confirmed.select("key", list=listed)
    of_openimis = pl.lit(name == ORG_UNITS) | pl.col("list").is_in(FROM_OPENIMIS)
    lists, gone, moves, new = pl.collect_all(
        [
            _count(keys, "list"),
            _count(keys.filter(of_openimis).join(desired, on="key", how="anti"), "list"),
            _count(_moves(name, paired), "kind", "name"),
            paired.filter(~_is_confirmed()).select(pl.len()),
        ]
    )
    return Measured(
        confirmed=dict(lists.iter_rows()),
        new=new.item(),
        vanished=dict(gone.iter_rows()),
        moves={(kind, value): rows for kind, value, rows in moves.iter_rows()},
    )


def judge_metadata(
    name: str,
    found: Measured,
    guards: Guards,
    allow: Permissions,
    reported: Mapping[str, int] = NOTHING_REPORTED,
) -> list[Finding]:
    """Return what is much of the org units, or of the options; what is permitted is reported.

    Args:
        name: Which of them.
        found: What the run would do to them.
        guards: The limits.
        allow: What is permitted.
        reported: List to how many vanished rows were reported before (`vanished_reported`).
    """
    new, confirmed = found.new, sum(found.confirmed.values())
    findings = []
    if new > _limit(guards.create_share, confirmed, guards) or (new and not confirmed):
        why = NEEDED if confirmed else FIRST_LOAD
        findings.append(Finding(name, MagnitudeKind.CREATES, "", new, confirmed, why))
    for each, rows in sorted(found.vanished.items()):
        limit = _limit_of_all(rows, found.of(each), guards)
        if rows > limit + reported.get(each, 0):
            findings.append(Finding(name, MagnitudeKind.VANISHES, each, rows, found.of(each), KEPT))
    for (move, value), rows in sorted(found.moves.items()):
        if rows > _limit_of(value, rows, found.of(value), guards):
            findings.append(_finding_of_move(name, move, value, rows, found.of(value), allow))
    return findings


def vanished_reported(
    found: Measured, findings: Sequence[Finding], before: Mapping[str, int]
) -> dict[str, int]:
    """Return list to how many vanished rows have been reported, less those that came back.

    Args:
        found: What the run would do to the org units, or to the options.
        findings: What is much of them.
        before: What the runs before had reported.
    """
    now = {each.name: each.objects for each in findings if each.kind is MagnitudeKind.VANISHES}
    reported = {each: min(rows, before.get(each, 0)) for each, rows in found.vanished.items()}
    return {each: rows for each, rows in (reported | now).items() if rows}


def _finding_of_move(
    name: str, move: str, value: str, rows: int, confirmed: int, allow: Permissions
) -> Finding:
    if move == Move.FILL:
        return Finding(name, MagnitudeKind.FILLS, value, rows, confirmed, FILLED)
    why = permission_sentence(Allow.CHANGES) if Allow.CHANGES in allow else ""
    return Finding(name, MagnitudeKind.CHANGES, value, rows, confirmed, why)


def _limit_of(value: str, rows: int, confirmed: int, guards: Guards) -> float:
    if value == CLOSED:
        return _limit_of_all(rows, confirmed, guards)
    return _limit(guards.change_share, confirmed, guards)


def _limit_of_all(rows: int, confirmed: int, guards: Guards) -> float:
    return limit_of_all(_limit(guards.change_share, confirmed, guards), rows, confirmed, guards)


def _limit(share: float, confirmed: int, guards: Guards) -> float:
    return max(guards.metadata_count, share * confirmed)


def _count(rows: pl.LazyFrame, *by: str) -> pl.LazyFrame:
    return rows.group_by(*by).agg(rows=pl.len().cast(pl.Int64))


def _moves(name: str, paired: pl.LazyFrame) -> pl.LazyFrame:
    """Return, a row for each value that DHIS2 would see change, how and what."""
    columns = paired.collect_schema().names()
    is_posted = pl.col("faults").list.len() == 0 if "faults" in columns else pl.lit(value=True)
    rows = paired.filter(_is_confirmed() & is_posted)
    found = [
        rows.select(kind=_kind(column), name="optionSet" if name == OPTIONS else pl.lit(column))
        for column in COLUMNS[name]
    ]
    return pl.concat(found).drop_nulls("kind")


def _is_confirmed() -> pl.Expr:
    return pl.col(BEFORE).struct.field("key").is_not_null()


def _kind(column: str) -> pl.Expr:
    """How a value changes, or null where DHIS2 would see nothing."""
    before, after = pl.col(BEFORE).struct.field(column), pl.col(column)
    if column == CLOSED:
        return pl.when(before.ne_missing(after)).then(pl.lit(Move.ALTER.value))
    gains, loses = _difference(after, before, column), _difference(before, after, column)
    how = pl.when(loses).then(pl.lit(Move.ALTER.value)).otherwise(pl.lit(Move.FILL.value))
    return pl.when(gains).then(how)


def _difference(one: pl.Expr, other: pl.Expr, column: str) -> pl.Expr:
    """Whether the one has a value, or a group, that the other has not."""
    if column == "groups":
        nothing = pl.lit([], dtype=pl.List(pl.String))
        alone = one.fill_null(nothing).list.set_difference(other.fill_null(nothing))
        return alone.list.len() > 0
    return one.is_not_null() & one.ne_missing(other)
