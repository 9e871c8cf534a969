"""A value that cannot be read changes nothing in DHIS2: what it was is not known, so all stays.

Of a sample that was loaded, some values of one column cannot be read any more; nothing else has
changed. Then no object may be sent otherwise, or deleted: it is as it was, or it is held back.
"""

import datetime as dt
from collections.abc import Mapping
from functools import cache

import polars as pl
import pytest

from tests.figures.snapshots import made_of
from tests.support.openimis_sample import sample
from transforms.model.desired import desired, desired_metadata
from transforms.model.held_back import MADE_OF, rows_in_doubt, undeletable_rows
from transforms.model.resources import METADATA, OPTIONS
from transforms.openimis.country import Country, Root
from transforms.openimis.doubts import Doubts
from transforms.openimis.register import Register, register_of
from transforms.openimis.rows import Tables
from transforms.openimis.tables.column_types import UNREADABLE
from transforms.openimis.tables.columns import TABLES

AS_OF = dt.date(2026, 1, 1)
COUNTRY = Country(
    root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha"), contributions=True, funding=True
)
KEY = "a key of the ministry that is long enough"
Frames = Mapping[str, pl.DataFrame]

PASSED_OVER = (
    "faults",
    "in_window",
    "sortOrder",  # an option that is gone for a night leaves a gap
    "in_insuree_program",  # what is in the program is never taken out of it
)
UNKNOWN_OWNER = {
    ("tblInsureePolicy", "InsureeID"),
    ("tblInsureePolicy", "PolicyId"),
    ("tblClaimItems", "ClaimID"),
    ("tblClaimServices", "ClaimID"),
    ("tblClaimServicesItems", "ClaimServiceID"),
    ("tblClaimServicesService", "claimServiceID"),
}
"""Nobody knows whose the row is, so what its owner is made of is short of it. Only SQLite can hold
such a key: the other databases have no type for one that a driver cannot read."""
COLUMNS = [(table.name, column.name) for table in TABLES.values() for column in table.columns]


@cache
def scheme() -> dict[str, pl.DataFrame]:
    """A sound scheme, of which every third payment is what a payer gave for a product."""
    tables = sample(150, seed=11, level="1.11", as_of=AS_OF, defects=False)
    found = {name: rows.collect() for name, rows in made_of(tables).items()}
    is_given = pl.when(pl.col("PremiumId") % 3 == 0).then(pl.lit("F")).otherwise("PayType")
    return found | {"tblPremium": found["tblPremium"].with_columns(PayType=is_given)}


@cache
def loaded() -> Frames:
    """What DHIS2 holds of it."""
    return wanted(register_of({name: rows.lazy() for name, rows in scheme().items()}))


def wanted(register: Register) -> Frames:
    """Return what DHIS2 should hold."""
    frames = desired(register, as_of=AS_OF, country=COUNTRY, pseudonym_key=KEY, window=None)
    frames |= desired_metadata(register, COUNTRY, None)
    return {name: frame.drop("notes", strict=False).collect() for name, frame in frames.items()}


def spoilt(table: str, column: str) -> Tables:
    """Return the scheme with a few values of a column that cannot be read."""
    rows = scheme()[table]
    given = pl.col(column).is_not_null()
    chosen = given & (pl.int_range(pl.len()).filter(given).first() == pl.int_range(pl.len()))
    number = given.cum_sum()
    chosen |= given & number.is_in([3, 20, 21, 60, 150, 151])
    marked = rows.with_columns(
        pl.when(~chosen).then(pl.col(column)).alias(column),
        pl.when(chosen).then(pl.lit(column)).alias(UNREADABLE),
    )
    frames = {name: each.lazy() for name, each in scheme().items()}
    return frames | {table: marked.lazy()}


def assert_nothing_is_sent_otherwise(found: Frames) -> None:
    """Hold that each object is as it was, or held back."""
    for name, before in loaded().items():
        after = found[name]
        sound = after if name == OPTIONS else after.filter(pl.col("faults").list.len() == 0)
        values = [each for each in before.columns if each not in PASSED_OVER]
        known = before.select(values)
        others = sound.select(values).join(known, on=values, how="anti", nulls_equal=True)
        others = others.drop_nulls("key")  # a reject: nobody can know again what it is
        assert others.is_empty(), (name, "is sent otherwise", others["key"].to_list()[:3])


def assert_nothing_is_deleted(doubts: Doubts, found: Frames) -> None:
    """Hold that each object is desired as before, or held back."""
    kept_rows = undeletable_rows(doubts)
    for name, before in loaded().items():
        after = found[name]
        if name in METADATA:
            continue  # these are never deleted
        gone = before.select("key").join(after.drop_nulls("key"), on="key", how="anti")
        mine = kept_rows.filter(resource=name)["row"]
        row = pl.col("key").str.split(":").list.first()
        held = after.filter(pl.col("faults").list.len() > 0).select(row).to_series()
        kept = pl.lit(mine.null_count() > 0) | row.is_in([*mine.drop_nulls(), *held.drop_nulls()])
        assert gone.filter(~kept).is_empty(), (name, "is deleted", gone["key"].to_list()[:3])


@pytest.mark.large
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_value_that_cannot_be_read_changes_nothing(table: str, column: str) -> None:
    register = register_of(spoilt(table, column))

    found = wanted(register)

    assert_nothing_is_deleted(register.doubts, found)
    if (table, column) not in UNKNOWN_OWNER:
        assert_nothing_is_sent_otherwise(found)


@pytest.mark.parametrize(("table", "column"), [("tblInsuree", "DOB"), ("tblClaim", "DateTo")])
def test_nobody_else_is_held_back_for_a_value_that_only_its_row_shows(
    table: str, column: str
) -> None:
    register = register_of(spoilt(table, column))
    doubts = register.doubts
    rows = doubts.marked[table]
    own = rows[TABLES[table].uuid or ""].to_list()

    found = wanted(register)

    held = {
        row
        for name, frame in found.items()
        if name != OPTIONS
        for row in frame.filter(pl.col("faults").list.len() > 0)["key"].str.split(":").list.first()
    }
    before = {key for name in loaded() if name != OPTIONS for key in faulty(loaded()[name])}
    lines = {"claim_services", "claim_items"}
    of_lines = {key for name in lines for key in faulty(found[name])}
    assert held - before - of_lines <= set(own)
    assert doubts.unreadable["id"].is_in(own).all()


def faulty(frame: pl.DataFrame) -> list[str]:
    return frame.filter(pl.col("faults").list.len() > 0)["key"].to_list()


def test_where_all_can_be_read_nothing_is_computed_of_doubts() -> None:
    frames = {name: rows.lazy() for name, rows in scheme().items()}

    doubts = register_of(frames).doubts

    assert (doubts.objects, doubts.marked) == ({}, {})
    assert all(doubts.sound[name] is frames[name] for name in frames)
    assert undeletable_rows(doubts).is_empty()


def test_where_all_can_be_read_no_row_is_looked_at_for_doubts() -> None:
    def looked_at(_rows: pl.DataFrame) -> pl.DataFrame:
        raise AssertionError

    frames = {
        name: rows.lazy().map_batches(looked_at, schema=rows.schema)
        for name, rows in scheme().items()
    }

    doubts = register_of(frames).doubts

    assert all(rows_in_doubt(doubts, name).is_empty() for name in MADE_OF)
    assert undeletable_rows(doubts).is_empty()
