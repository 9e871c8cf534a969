"""The people and places of the real openIMIS demo database, counted by hand."""

import polars as pl
import pytest

from tests.support.databases.demo import demo_folder
from transforms.model.insuree_enrollments import insuree_enrollments
from transforms.model.insurees import tracked_entities
from transforms.model.optional_fields import unused_option_sets
from transforms.model.options import options
from transforms.model.org_units import org_units
from transforms.model.people import desired_people
from transforms.model.privacy import policy_of
from transforms.openimis.country import Country, Root
from transforms.openimis.register import Register, register_of
from transforms.openimis.tables.column_types import Column
from transforms.openimis.tables.columns import TABLES

FOLDER = demo_folder()
COUNTRY = Country(root=Root(uid="ImspTQPwCqd", name="Root", short_name="Root"))

pytestmark = [
    pytest.mark.demo_database,
    pytest.mark.skipif(FOLDER is None, reason="there is no openIMIS demo database here"),
]


@pytest.fixture(scope="module")
def register() -> Register:
    return register_of(
        {
            name: _snapshot_of(name, table.columns)
            for name, table in TABLES.items()
            if not table.is_optional
        }
    )


def _snapshot_of(name: str, columns: tuple[Column, ...]) -> pl.LazyFrame:
    assert FOLDER is not None
    rows = pl.read_parquet(FOLDER / f"{name}.parquet")
    spelled = {column.lower(): column for column in rows.columns}
    return rows.lazy().select(
        _typed(rows, spelled.get(column.name.lower()), column) for column in columns
    )


def _typed(rows: pl.DataFrame, spelled: str | None, column: Column) -> pl.Expr:
    if spelled is None:
        return pl.lit(None, column.dtype).alias(column.name)
    value = pl.col(spelled)
    if isinstance(rows.schema[spelled], pl.Datetime):
        value = value.dt.replace_time_zone(None)
    return value.cast(column.dtype).alias(column.name)


def test_sixty_insurees_are_current_and_one_is_kept_for_a_claim(
    register: Register,
):
    wanted = desired_people(register, COUNTRY)

    found = tracked_entities(wanted, register, None).collect()

    assert found.height == 61
    assert insuree_enrollments(wanted, register, None).collect().height == 60
    assert found["faults"].list.len().sum() == found["notes"].list.len().sum() == 0


def test_every_person_has_a_village(register: Register):
    sources = register.homes.collect()["place_source"].value_counts()

    assert dict(sources.iter_rows()) == {"current_village": 3, "family": 60, "family_history": 6}


def test_every_family_has_a_head(register: Register):
    assert register.heads.collect().height == 21


def test_every_location_and_facility_is_an_org_unit(register: Register):
    units = org_units(register, country=COUNTRY).collect()

    kinds = dict(units["kind"].value_counts().iter_rows())

    assert kinds == {"R": 2, "D": 5, "W": 10, "V": 14, "H": 5, "C": 5, "X": 5}
    assert units["faults"].list.len().sum() == 0


def test_every_option_has_a_uid_and_a_name_of_its_own(register: Register):
    """Those of fields that the country file asks for."""
    unused = unused_option_sets(policy_of(COUNTRY))
    found = options(register, without=unused).collect()

    assert found.height == 960
    assert found["uid"].is_unique().all()
    assert found.select("optionSet", "name").is_unique().all()
