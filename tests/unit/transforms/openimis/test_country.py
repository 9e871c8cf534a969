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
from transforms.model.desired import desired
from transforms.model.selected_columns import selected_columns
from transforms.openimis.country import Country, country_of
from transforms.openimis.register import register_of
from transforms.openimis.rows import Tables
from transforms.openimis.tables.column_types import Column
from transforms.openimis.unmapped_values import count_unmapped

FOLDER = Path(__file__).parents[4] / "docs/countries"
FILES = sorted(path.name for path in FOLDER.glob("*.toml"))
SSF = "nepal-ssf.toml"
TODAY = dt.date(2026, 1, 1)
KEY = "a key of the ministry that is long enough"


@cache
def country(file: str) -> Country:
    return country_of(tomllib.loads((FOLDER / file).read_text()), file)


def snapshot_of(name: str, settings: Country) -> Tables:
    """What the extract reads of a country's openIMIS."""
    tables = sample(150, seed=11, level="1.11", as_of=TODAY, defects=False, country=name)
    columns = selected_columns(settings)
    return {name: read_of(tables[name], chosen) for name, chosen in columns.items()}


def read_of(rows: pl.DataFrame, columns: Sequence[Column]) -> pl.LazyFrame:
    return rows.lazy().select(
        pl.col(each.name).cast(each.dtype) for each in columns if each.name in rows.columns
    )


@cache
def sent(name: str, file: str) -> dict[str, pl.DataFrame]:
    settings = country(file)
    frames = desired(
        register_of(snapshot_of(name, settings), settings),
        as_of=TODAY,
        country=settings,
        pseudonym_key=KEY,
        window=None,
    )
    return {each: frame.collect().sort("person", "key") for each, frame in frames.items()}


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
    ],
)
def test_with_its_file_a_country_sends_what_it_would_send_with_openimis_own_values(
    name: str, file: str
):
    plain = sent("demo", "other-values.toml")

    found = sent(name, file)

    for resource, frame in found.items():
        assert frame.height > 0
        assert_frame_equal(frame, plain[resource])
    assert count_unmapped(snapshot_of(name, country(file)), country(file)) == []


def test_without_its_time_zone_what_is_done_by_night_lies_on_the_day_before():
    """What is Suspended is dated by the version before."""
    of_policies = {
        file: sent("nepal_ssf", file)["policy_events"] for file in (SSF, "other-values.toml")
    }
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
    found = sent("nepal_hib", "other-values.toml")["claim_events"]
    plain = sent("demo", "other-values.toml")["claim_events"]

    assert found.drop("visit_type", "notes").equals(plain.drop("visit_type", "notes"))
    noted = found.filter(pl.col("notes").list.contains("visit_type_unknown"))
    assert 0 < noted.height < found.height
    assert noted["visit_type"].null_count() == noted.height


def test_without_its_file_a_claim_of_a_foreign_status_is_held_back_and_is_counted():
    settings = country("other-values.toml")
    found = sent("nepal_ssf", "other-values.toml")["claim_enrollments"]

    held = found.filter(pl.col("faults").list.contains("claim_status_unknown"))
    unmapped = count_unmapped(snapshot_of("nepal_ssf", settings), settings)
    assert {each["value"] for each in unmapped} == {"6", "9"}
    assert 0 < held.height < found.height


def test_without_its_file_people_that_a_flag_deletes_are_sent():
    found = sent("ethiopia", "other-values.toml")["insuree_enrollments"]

    assert found.height > sent("ethiopia", "ethiopia.toml")["insuree_enrollments"].height


def test_without_its_file_districts_without_a_region_give_nobody_a_place():
    found = sent("malawi", "other-values.toml")["tracked_entities"]

    assert found["orgUnit"].null_count() == found.height
    assert found["faults"].list.contains("no_place").all()
