"""A foreign key that names nothing ends no run and loses no row: all are sent, or have a reason.

openIMIS writes 0 as well as null for none, and twelve years leave keys of rows that are gone. Of a
sample, some foreign keys are 0, some null, and some name a row that is not there.
"""

import datetime as dt
from collections.abc import Mapping
from functools import cache

import polars as pl
import pytest

from tests.figures.snapshots import made_of
from tests.support.openimis_sample import sample
from tests.support.openimis_sample.cases import with_more_fields, with_restored_claims
from transforms.core.fields import Treatment
from transforms.model.desired import desired, desired_metadata
from transforms.model.resources import ALL_FIELDS, OPTIONS
from transforms.openimis.country import Country, Root
from transforms.openimis.register import register_of
from transforms.openimis.tables.column_types import KEY
from transforms.openimis.tables.columns import TABLES
from transforms.openimis.tables.field_reasons import hint_of
from transforms.openimis.tables.figure_columns import TABLES_OF_FIGURES

AS_OF = dt.date(2026, 1, 1)
SENT = [each.name for each in ALL_FIELDS if each.optional and not each.follows]
COUNTRY = Country(
    root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha"),
    contributions=True,
    funding=True,
    privacy=dict.fromkeys(SENT, Treatment.SEND),
)
SECRET = "a key of the ministry that is long enough"
NOWHERE = 1_000_000_000
FOREIGN_KEYS = [
    (table.name, column.name)
    for table in TABLES.values()
    if table not in TABLES_OF_FIGURES
    for column in table.columns
    if column.dtype == KEY and column.name not in (table.key, "LegacyID")
]
Frames = Mapping[str, pl.DataFrame]


@cache
def scheme() -> dict[str, pl.DataFrame]:
    """A sound scheme in which every foreign key is used."""
    tables = sample(60, seed=11, level="1.11", as_of=AS_OF, defects=False, country="packages")
    return with_more_fields(with_restored_claims(tables))


@cache
def sound() -> Frames:
    """What DHIS2 should hold of it."""
    return wanted(scheme())


def wanted(tables: Mapping[str, pl.DataFrame]) -> Frames:
    register = register_of(made_of(tables))
    frames = desired(register, as_of=AS_OF, country=COUNTRY, pseudonym_key=SECRET, window=None)
    frames |= desired_metadata(register, COUNTRY, None)
    return {name: frame.collect() for name, frame in frames.items() if name != OPTIONS}


def odd(table: str, column: str, every: int = 9) -> pl.Expr:
    """Some of the foreign keys of a column name nothing, each in another way."""
    key = pl.col(TABLES[table].key)
    nothing = {0: pl.lit(0), 1: pl.lit(None), 2: key + NOWHERE}
    place = (key + len(column)) % every
    value = pl.col(column).cast(pl.Int64)
    for number, none in nothing.items():
        value = pl.when(place == number).then(none).otherwise(value)
    return value.alias(column)


def of_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """What becomes of each row of openIMIS that objects are made of: whether any of it is sound."""
    row = pl.col("key").str.split(":").list.first()
    return frame.group_by(row=row).agg(is_sound=(pl.col("faults").list.len() == 0).any())


def assert_every_row_is_there_and_its_reason_known(found: Frames) -> None:
    for name, before in sound().items():
        lost = of_rows(before).join(of_rows(found[name]), on="row", how="anti")
        doubled = found[name].filter(pl.col("key").is_duplicated())
        assert (name, lost.height, doubled.height) == (name, 0, 0)
        given = [found[name][each].explode() for each in ("faults", "notes") if each in found[name]]
        reasons = {reason for each in given for reason in each} - {None}
        assert {reason for reason in reasons if not hint_of(reason)} == set()


@pytest.mark.other_cases
@pytest.mark.parametrize(("table", "column"), FOREIGN_KEYS)
def test_rows_that_name_nothing_are_sent_or_held_back_for_a_reason(table: str, column: str):
    rows = scheme()[table].with_columns(odd(table, column))
    assert not rows.equals(scheme()[table], null_equal=True)

    found = wanted({**scheme(), table: rows})

    assert_every_row_is_there_and_its_reason_known(found)


def test_however_many_rows_name_nothing_none_is_lost():
    tables = dict(scheme())
    for table, column in FOREIGN_KEYS:
        tables[table] = tables[table].with_columns(odd(table, column, every=37))

    found = wanted(tables)

    assert_every_row_is_there_and_its_reason_known(found)
    held_back = {name for name, frame in found.items() if frame["faults"].list.len().sum()}
    assert held_back == found.keys() - {"org_units", "funding"}  # two funds, none of them odd
