"""Desired and acknowledged frames of as many people as asked for, made in seconds.

Values are as varied and as often missing as in a real scheme: dates, codes, amounts, UUIDs.
"""

from collections.abc import Mapping

import polars as pl

from transforms.changes.objects.generations import first_uid
from transforms.changes.objects.parents import Parents
from transforms.changes.objects.schemas import acknowledged_schema
from transforms.core.fields import Field, ValueType
from transforms.core.uids import uid_of_uuid
from transforms.model.resources import (
    INSUREE_ENROLLMENTS,
    POLICY_EVENTS,
    RESOURCES,
    TRACKED_ENTITIES,
    Resource,
)

OBJECTS_OF_A_PERSON: Mapping[str, int] = {
    TRACKED_ENTITIES.name: 1,
    INSUREE_ENROLLMENTS.name: 1,
    POLICY_EVENTS.name: 8,
}
PLACES = 5_000
TEXTS = pl.List(pl.String)


def desired(resource: Resource, people: int) -> pl.LazyFrame:
    """Return what DHIS2 should hold of a resource for so many people."""
    each = OBJECTS_OF_A_PERSON.get(resource.name, 0)
    numbers = pl.LazyFrame({"number": range(0)}, schema={"number": pl.Int64})
    if each:
        numbers = pl.LazyFrame().select(number=pl.int_range(people * each, dtype=pl.Int64))
    number = pl.col("number")
    person = _uuid(number // each) if each else pl.lit(None, pl.String)
    is_event = resource.stage is not None
    return numbers.select(
        key=pl.format("{}:Active:1", number) if is_event else person,
        parent=person if resource.parent else pl.lit(None, pl.String),
        person=person,
        orgUnit=pl.format("ou{}", (number // max(each, 1) % PLACES).cast(pl.String).str.zfill(9)),
        status=pl.lit("COMPLETED" if is_event else "ACTIVE"),
        occurredAt=pl.format("{}T00:01:00", _date(number, 7)),
        faults=pl.lit([], TEXTS),
        notes=pl.lit([], TEXTS),
        in_window=pl.lit(value=True),
        **{field.key: _value(field, number, at) for at, field in enumerate(resource.fields)},
    )


def acknowledged(resource: Resource, people: int) -> pl.LazyFrame:
    """Return the same as DHIS2 holds it."""
    with_uid = desired(resource, people).with_columns(
        uid=first_uid(resource),
        generation=pl.lit(0, pl.Int32),
        state=pl.lit("held"),
        owner=pl.lit(None, pl.String),
        run=pl.lit("2025-01-01"),
        isLate=pl.lit(value=False),
        parentUid=uid_of_uuid(pl.col("parent")),
    )
    return with_uid.select(pl.col(name) for name in acknowledged_schema(resource))


def nothing_acknowledged() -> dict[str, pl.LazyFrame]:
    """Return the state of a target before its first run."""
    return {each.name: pl.LazyFrame(schema=acknowledged_schema(each)) for each in RESOURCES}


def unchanged(resource: Resource, people: int) -> Parents:
    """Return what a comparison knows of a resource of which nothing changed."""
    known = acknowledged(resource, people).select("key", "uid").collect()
    none = pl.DataFrame(schema={"uid": pl.String})
    return Parents(after=known, gone=none)


def _uuid(number: pl.Expr) -> pl.Expr:
    """A UUID that does not rise with `number`."""
    digits = number.hash(seed=1).cast(pl.String).str.zfill(20)
    parts = [digits.str.slice(at, length) for at, length in ((8, 4), (4, 3), (1, 3))]
    return pl.format("{}-{}-4{}-8{}-{}", digits.str.slice(12, 8), *parts, digits.str.slice(8, 12))


def _date(number: pl.Expr, step: int) -> pl.Expr:
    day = pl.lit(16_000, pl.Int32) + (number * step % 4_000).cast(pl.Int32)
    return day.cast(pl.Date).cast(pl.String)


def _value(field: Field, number: pl.Expr, at: int) -> pl.Expr:
    """A value of the field's type; one field in four misses every third."""
    texts = {
        ValueType.DATE: _date(number, at + 3),
        ValueType.NUMBER: (number * (at + 11) % 100_000).cast(pl.String),
        ValueType.INTEGER_ZERO_OR_POSITIVE: (number % 3).cast(pl.String),
    }
    code = pl.format("CODE{}", number // 2 % 300)
    text = _uuid(number // 8) if field.name.endswith("ID") else texts.get(field.value_type, code)
    return pl.when(number % 3 > 0).then(text) if at % 4 == 2 else text
