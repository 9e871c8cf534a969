"""What DHIS2's analytics tables hold: people, enrollments and events, each value with its type."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Type(StrEnum):
    """What a value is compared and counted as."""

    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    BOOLEAN = "boolean"


_TYPES: dict[str, Type] = {
    "NUMBER": Type.NUMBER,
    "INTEGER": Type.NUMBER,
    "INTEGER_POSITIVE": Type.NUMBER,
    "INTEGER_ZERO_OR_POSITIVE": Type.NUMBER,
    "DATE": Type.DATE,
    "AGE": Type.DATE,
}
_MOMENT = pl.Datetime("ms")


@dataclass(frozen=True, repr=False)
class Tracker:
    """Frames whose columns of values are named by attribute or data element.

    Attributes:
        people: person, orgUnit, and a column an attribute.
        enrollments: enrollment, person, program, orgUnit, enrolledAt, status.
        events: event, enrollment, stage, orgUnit, occurredAt, and a column a data element.
        ancestors: orgUnit, ancestor; each org unit is one of its own ancestors.
        types: UID of attribute or data element to the type of its values.
    """

    people: pl.DataFrame
    enrollments: pl.DataFrame
    events: pl.DataFrame
    ancestors: pl.DataFrame
    types: Mapping[str, Type]


def tracker(
    people: pl.DataFrame,
    enrollments: pl.DataFrame,
    events: pl.DataFrame,
    *,
    parents: Mapping[str, str | None],
    value_types: Mapping[str, str],
) -> Tracker:
    """Return the analytics tables of frames of texts.

    Args:
        people: person, orgUnit and attributes, all texts.
        enrollments: As in `Tracker`, dates as texts.
        events: As in `Tracker`, dates and values as texts.
        parents: Org unit to the one above it; None above the root.
        value_types: UID of attribute or data element to DHIS2's value type.
    """
    types = types_of(value_types)
    return Tracker(
        people=_typed(people, types),
        enrollments=enrollments.with_columns(_moment("enrolledAt")),
        events=_typed(events.with_columns(_moment("occurredAt")), types),
        ancestors=_ancestors(parents),
        types=types,
    )


def types_of(value_types: Mapping[str, str]) -> dict[str, Type]:
    """Return what the values of attributes and data elements are compared as."""
    return {uid: _TYPES.get(name, Type.TEXT) for uid, name in value_types.items()}


def _typed(frame: pl.DataFrame, types: Mapping[str, Type]) -> pl.DataFrame:
    return frame.with_columns(
        _moment(name) if types[name] is Type.DATE else pl.col(name).cast(pl.Float64)
        for name in frame.columns
        if types.get(name) in {Type.DATE, Type.NUMBER}
    )


def _moment(name: str) -> pl.Expr:
    """A date, or a date and a time, as a moment."""
    text = pl.col(name).str.pad_end(10, "0") + "T00:00:00"
    timed = pl.col(name).str.slice(0, 19)
    full = pl.when(pl.col(name).str.len_chars() <= 10).then(text)
    minutes = full.when(timed.str.len_chars() == 16).then(timed + ":00").otherwise(timed)
    return minutes.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit=_MOMENT.time_unit).alias(name)


def _ancestors(parents: Mapping[str, str | None]) -> pl.DataFrame:
    lines = [(unit, above) for unit in parents for above in _line(unit, parents)]
    return pl.DataFrame(lines, schema=["orgUnit", "ancestor"], orient="row")


def _line(unit: str, parents: Mapping[str, str | None]) -> list[str]:
    """The org unit and those above it, the root last."""
    line, above = [unit], parents[unit]
    while above is not None:
        assert above not in line, f"{unit} is below itself"
        line.append(above)
        above = parents[above]
    return line


@dataclass(frozen=True)
class Period:
    """A month, quarter or year: `202401`, `2024Q1`, `2024`."""

    id: str
    start: dt.date
    end: dt.date


def period(id_: str) -> Period:
    """Return the first and last day of a period by its DHIS2 identifier."""
    year, rest = int(id_[:4]), id_[4:]
    if rest.startswith("Q"):
        first, months = int(rest[1:]) * 3 - 2, 3
    elif rest:
        first, months = int(rest), 1
    else:
        first, months = 1, 12
    after = dt.date(year + (first + months > 12), (first + months - 1) % 12 + 1, 1)
    return Period(id_, dt.date(year, first, 1), after - dt.timedelta(days=1))
