"""The country files of `docs/countries`, each on an openIMIS as that country runs it."""

import datetime as dt
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.support.openimis_sample import sample
from transforms.core.fields import Treatment
from transforms.model.desired import desired
from transforms.model.org_units import org_units
from transforms.model.resources import ALL_FIELDS, ASKED_RESOURCES, ORG_UNITS
from transforms.model.selected_columns import selected_columns
from transforms.model.tables.claim import CLAIM_PLACE
from transforms.model.tables.insuree import PLACE
from transforms.openimis.country import Country, Root, country_of
from transforms.openimis.place_groups import checked_place_groups
from transforms.openimis.register import register_of
from transforms.openimis.rows import Tables
from transforms.openimis.tables.coded_values import CODED_VALUES
from transforms.openimis.tables.column_types import Column
from transforms.openimis.tables.places import FACILITY_STATUS
from transforms.openimis.unmapped_values import count_unmapped

FOLDER = Path(__file__).parents[4] / "docs/countries"
FILES = sorted(path.name for path in FOLDER.glob("*.toml"))
SSF = "nepal-ssf.toml"
PLAIN = "a country file that says nothing of openIMIS"
OF_EACH_SECTION = {"values", "privacy"}
OF_OTHERS = {
    "root", "levels", "dhis2", "load", "guards", "waiting", "retention", "analytics", "population",
    "coordinates", "match", "org_units", "regions", "partitions", "mode", "aggregates",
    "smallest_cell", "existing", "languages", "legends",
}  # fmt: skip
"""Settings that no case of an openIMIS is about: where DHIS2's places are, how runs go."""
NOT_ASKED_FOR = {each.name for each in ASKED_RESOURCES}
OF_MONEY = {each.name for row in ASKED_RESOURCES for each in row.fields}
"""Values that leave with what the country asks for, and need not be named."""
OF_MATCHING = {PLACE.name, CLAIM_PLACE.name}
"""Values for who uses DHIS2's own org units."""
TODAY = dt.date(2026, 1, 1)
KEY = "a key of the ministry that is long enough"


@cache
def country(file: str) -> Country:
    if file == PLAIN:
        return Country(root=Root(uid="ImspTQPwCqd", name="Country", short_name="Country"))
    return country_of(tomllib.loads((FOLDER / file).read_text()), file)


@cache
def openimis(name: str) -> dict[str, pl.DataFrame]:
    return sample(150, seed=11, level="1.11", as_of=TODAY, defects=False, country=name)


def snapshot_of(name: str, settings: Country) -> Tables:
    """What the extract reads of a country's openIMIS."""
    tables = openimis(name)
    columns = selected_columns(settings)
    return {name: read_of(tables[name], chosen) for name, chosen in columns.items()}


def read_of(rows: pl.DataFrame, columns: Sequence[Column]) -> pl.LazyFrame:
    return rows.lazy().select(
        as_read(each).cast(each.dtype).alias(each.name)
        for each in columns
        if each.source_name in rows.columns
    )


def as_read(column: Column) -> pl.Expr:
    found = pl.col(column.source_name)
    return found.is_in(column.among).fill_null(value=False) if column.of else found


@cache
def sent(name: str, file: str) -> dict[str, pl.DataFrame]:
    """What DHIS2 should hold of a country's openIMIS, places first."""
    settings = country(file)
    register = register_of(snapshot_of(name, settings), settings)
    frames = desired(register, as_of=TODAY, country=settings, pseudonym_key=KEY, window=None)
    units = {ORG_UNITS: org_units(register, country=settings).collect().drop("parentUid")}
    return units | {each: frame.collect().sort("person", "key") for each, frame in frames.items()}


@pytest.mark.parametrize("file", FILES)
def test_a_country_file_is_one(file: str):
    assert country(file).root.name


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("nepal_hib", "nepal-hib.toml"),
        ("nepal_ssf", "nepal-ssf.toml"),
        ("ethiopia", "ethiopia.toml"),
        ("malawi", "malawi.toml"),
        ("other_values", "other-values.toml"),
    ],
)
def test_with_its_file_a_country_sends_what_it_would_send_with_openimis_own_values(
    name: str, file: str
):
    plain = sent("demo", PLAIN)

    found = sent(name, file)

    for resource, frame in found.items():
        assert frame.height > 0 or resource in NOT_ASKED_FOR
        assert_frame_equal(frame, plain[resource])
    assert count_unmapped(snapshot_of(name, country(file)), country(file)) == []


def test_without_its_time_zone_what_is_done_by_night_lies_on_the_day_before():
    """What is Suspended is dated by the version before."""
    of_policies = {file: sent("nepal_ssf", file)["policy_events"] for file in (SSF, PLAIN)}
    days = {
        file: events.filter(policy_status="Suspended").sort("key")["occurredAt"].str.slice(0, 10)
        for file, events in of_policies.items()
    }

    own, without = days.values()
    assert len(own) > 0
    assert (own.str.to_date() - without.str.to_date()).to_list() == [dt.timedelta(days=1)] * len(
        own
    )


def test_without_its_file_in_patients_are_sent_without_visit_type_and_are_counted():
    found = sent("nepal_hib", PLAIN)["claim_events"]
    plain = sent("demo", PLAIN)["claim_events"]

    assert found.drop("visit_type", "notes").equals(plain.drop("visit_type", "notes"))
    noted = found.filter(pl.col("notes").list.contains("visit_type_unknown"))
    assert 0 < noted.height < found.height
    assert noted["visit_type"].null_count() == noted.height


def test_without_its_file_a_claim_of_a_foreign_status_is_held_back_and_is_counted():
    settings = country(PLAIN)
    found = sent("nepal_ssf", PLAIN)["claim_enrollments"]

    held = found.filter(pl.col("faults").list.contains("claim_status_unknown"))
    unmapped = count_unmapped(snapshot_of("nepal_ssf", settings), settings)
    assert {each["value"] for each in unmapped} == {"6", "9"}
    assert 0 < held.height < found.height


def test_without_its_file_people_that_a_flag_deletes_are_sent():
    found = sent("ethiopia", PLAIN)["insuree_enrollments"]

    assert found.height > sent("ethiopia", "ethiopia.toml")["insuree_enrollments"].height


def test_without_its_file_districts_without_a_region_give_nobody_a_place():
    found = sent("malawi", PLAIN)["tracked_entities"]

    assert found["orgUnit"].null_count() == found.height
    assert found["faults"].list.contains("no_place").all()


def test_without_its_file_values_of_its_own_are_counted_and_put_a_facility_into_no_group():
    found, plain = sent("other_values", PLAIN)[ORG_UNITS], sent("demo", PLAIN)[ORG_UNITS]

    groups = (frame["groups"].list.len().sum() for frame in (found, plain))
    unmapped = count_unmapped(snapshot_of("other_values", country(PLAIN)), country(PLAIN))
    counted = {each["value"]: each["rows"] for each in unmapped}
    assert counted.keys() == {"C", "L", "M", "P", "U"}
    assert next(groups) == next(groups) - counted["M"] - counted["L"]


def test_what_ministries_ask_for_is_sent_with_its_file_and_nothing_of_it_without():
    asked = [each.key for each in ALL_FIELDS if each.optional]
    files = {file: sent("more_fields", file) for file in ("more-fields.toml", PLAIN)}

    own, silent = (
        {name for frame in frames.values() for name in filled(frame, asked)}
        for frames in files.values()
    )
    named = country("more-fields.toml").privacy
    assert own == {each.key for each in ALL_FIELDS if each.optional and each.name in named}
    assert len(own) == len(named) == 8
    assert silent == set()


def filled(frame: pl.DataFrame, names: list[str]) -> list[str]:
    return [name for name in names if name in frame.columns and frame[name].count()]


def test_facilities_are_in_groups_by_their_status_with_its_file_and_in_none_without():
    own, plain = (
        sent("more_fields", file)[ORG_UNITS]["groups"].explode().drop_nulls()
        for file in ("more-fields.toml", PLAIN)
    )
    groups = [group.uid for group in FACILITY_STATUS.groups]

    assert own.is_in(groups).sum() == own.len() - plain.len() > 20
    assert plain.is_in(groups).sum() == 0


def test_places_are_in_the_groups_of_the_file_that_its_file_names():
    settings = country("groups.toml")
    rows = pl.read_csv(FOLDER / str(settings.place_groups), infer_schema=False)
    register = register_of(snapshot_of("demo", settings), settings)
    groups = checked_place_groups(rows)

    units = org_units(register, country=settings, place_groups=groups).collect()

    cells = sum(rows[name].count() for name in rows.columns if name != "code")
    of_file = units["groups"].explode().drop_nulls().is_in(groups["group"].implode())
    assert of_file.sum() == cells == 10


def test_people_who_are_nowhere_are_where_its_file_says_and_are_counted_without():
    own, plain = (
        sent("day_workers", file)["tracked_entities"] for file in ("day-workers.toml", PLAIN)
    )
    nowhere = plain.filter(pl.col("faults").list.contains("no_place"))

    there = own.filter(pl.col("key").is_in(nowhere["key"].implode()))
    assert nowhere.height > 5
    assert there["orgUnit"].n_unique() == 1
    assert there["notes"].list.contains("place_assumed").all()
    assert there["faults"].list.len().sum() == 0


def test_what_twelve_years_left_behind_is_sent_with_a_note_or_counted():
    own, plain = (sent("old_data", file) for file in ("old-data.toml", PLAIN))
    demo = sent("demo", PLAIN)["tracked_entities"]
    notes = set(own["policy_events"]["notes"].explode().drop_nulls())
    faults = {
        fault for name in own if name != ORG_UNITS for fault in own[name]["faults"].list.first()
    } - {None}

    assert own["tracked_entities"]["key"].to_list() == demo["key"].to_list()
    assert plain["tracked_entities"].height == demo.height + 1  # the fund of the other number
    assert {"policy_without_stage", "policy_without_product", "insuree_policy_double"} <= notes
    assert faults == {
        "insuree_policy_insuree_unknown",
        "insuree_policy_policy_unknown",
        "claim_insuree_unknown",
        "claim_facility_unknown",
        "claim_line_claim_unknown",
    }


def test_a_claim_that_was_restored_says_so_with_its_file():
    found = sent("restored_claims", "restored-claims.toml")["claim_events"]

    restored = found.filter(pl.col("restored_claim_uuid").is_not_null())
    replaced = found.filter(pl.col("replacing_claims").is_not_null())
    assert restored.height > 0
    assert replaced.filter(claim_status="Rejected").height > 0
    assert set(replaced["replacing_claims"]) >= {"1", "2"}


def test_nothing_can_be_set_of_an_openimis_for_which_there_is_no_case():
    said = [country(file) for file in FILES]
    named = {name for each in said for name in each.model_fields_set}
    values = {key for each in said for key in each.values}
    sent_fields = {
        name for each in said for name, how in each.privacy.items() if how is Treatment.SEND
    }

    assert Country.model_fields.keys() - OF_OTHERS == named - OF_OTHERS
    assert values == {each.key for each in CODED_VALUES}
    assert (
        sent_fields
        == {each.name for each in ALL_FIELDS if each.optional and not each.follows}
        - OF_MATCHING
        - OF_MONEY
    )
