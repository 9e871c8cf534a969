"""A part of the people whose digest is as before should be as before in DHIS2, whatever changed."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache, partial

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.figures.snapshots import made_of
from tests.support.openimis_sample import sample
from transforms.changes.objects.partitions import partition_of
from transforms.model.desired import desired
from transforms.model.digests import Made, digests_of_parts
from transforms.openimis.country import Country, Root
from transforms.openimis.owners import OWNED, SHARED
from transforms.openimis.register import Register, register_of

TODAY = dt.date(2026, 1, 1)
COUNTRY = Country(root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha"))
KEY = "a key of the ministry that is long enough"
PARTS = 6
TABLES = [each.table.name for each in (*OWNED, *SHARED)]
Snapshot = Mapping[str, pl.DataFrame]
Found = list[tuple[str, dict[str, pl.DataFrame]]]

CHANGES = st.lists(
    st.tuples(st.sampled_from(TABLES), *[st.integers(0, 10_000)] * 3), min_size=1, max_size=3
)
"""Table, row, column, and the row whose value it gets; the first column is the key: row is gone."""


@lru_cache(maxsize=1)
def tables() -> Snapshot:
    frames = made_of(sample(50, seed=5, level="1.11", as_of=TODAY, country="packages"))
    return {name: frame.collect() for name, frame in frames.items()}


def changed(rows: pl.DataFrame, row: int, column: int, other: int) -> pl.DataFrame:
    if rows.is_empty():
        return rows
    row, other, column = row % len(rows), other % len(rows), column % len(rows.columns)
    if column == 0:
        return rows.filter(pl.int_range(pl.len()) != row)
    values = rows[:, column]
    return rows.with_columns(values.clone().scatter(row, values.gather([other])))


def found_in(register: Register, as_of: dt.date) -> Found:
    """Return digest and desired objects of each part."""
    part_of = partial(partition_of, partitions=PARTS)
    digests = digests_of_parts(Made(register, as_of, []), PARTS, part_of)
    frames = desired(register, as_of=as_of, country=COUNTRY, pseudonym_key=KEY, window=None)
    whole = {name: frame.sort("key").collect() for name, frame in frames.items()}
    number = part_of(pl.col("person"))
    return [
        (digest, {name: frame.filter(number == part) for name, frame in whole.items()})
        for part, digest in enumerate(digests)
    ]


@lru_cache(maxsize=1)
def before() -> Found:
    return found_in(register_of({name: each.lazy() for name, each in tables().items()}), TODAY)


def assert_alike_where_the_digest_is(changes: list[tuple[str, int, int, int]], days: int) -> None:
    other = dict(tables())
    for table, *where in changes:
        other[table] = changed(other[table], *where)

    register = register_of({name: each.lazy() for name, each in other.items()})
    after = found_in(register, TODAY + dt.timedelta(days))

    for (then, objects), (now, found) in zip(before(), after, strict=True):
        if then == now:
            for name, frame in found.items():
                assert frame.equals(objects[name]), name


@settings(max_examples=5)
@given(changes=CHANGES, days=st.sampled_from([0, 0, 1, 40]))
def test_what_has_the_digest_of_before_should_be_as_before(changes, days):
    assert_alike_where_the_digest_is(changes, days)


@pytest.mark.large
@settings(max_examples=150)
@given(changes=CHANGES, days=st.integers(-400, 400))
def test_what_has_the_digest_of_before_should_be_as_before_on_any_day(changes, days):
    assert_alike_where_the_digest_is(changes, days)
