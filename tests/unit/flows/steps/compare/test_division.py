"""openIMIS divided by person: what DHIS2 should hold is the same, however it is divided."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from flows.steps.compare.division import divide_register, part_of_people
from flows.steps.compare.inputs import Inputs
from flows.steps.compare.parts import Parts, write_desired
from flows.steps.shared.units import Units
from staging.layout import Run
from staging.snapshots import release_snapshot
from tests.figures.snapshots import made_of
from tests.support.builders import history_of, snapshot, uuid
from tests.support.openimis_sample import sample
from transforms.changes.objects.partitions import partition_of
from transforms.core.fields import Treatment
from transforms.model.desired import desired
from transforms.model.resources import RESOURCES, Scope
from transforms.openimis.country import Country, Root
from transforms.openimis.owners import lookup_of, rows_with_partition
from transforms.openimis.register import Register, register_of
from transforms.openimis.windows import Window

TODAY = dt.date(2026, 1, 1)
KEY = "a key of the ministry that is long enough"
COUNTRY = Country(
    root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha"),
    privacy={"Services in package": Treatment.SEND, "Items in package": Treatment.SEND},
    contributions=True,
    funding=True,
)
MANY = 17  # more than one bucket of what several parts need


@pytest.fixture(scope="module")
def whole() -> Register:
    """Some insurees are funds, some insuree policies have a second current row, some services are
    packages."""
    tables = made_of(sample(150, seed=11, level="1.11", as_of=TODAY, country="packages"))
    frames = {name: each.collect() for name, each in tables.items()}
    is_fund = (pl.col("InsureeID") <= 5).cast(pl.Int32)
    frames["tblInsuree"] = frames["tblInsuree"].with_columns(IsExcluded=is_fund)
    covers = frames["tblInsureePolicy"]
    second = covers.filter(pl.col("ValidityTo").is_null()).tail(20).with_columns(
        pl.col("InsureePolicyID") + 1_000_000, pl.col("ExpiryDate") + pl.duration(days=30)
    )  # fmt: skip
    frames["tblInsureePolicy"] = pl.concat([covers, second])
    is_given = pl.when(pl.col("PremiumId") % 3 == 0).then(pl.lit("F")).otherwise("PayType")
    frames["tblPremium"] = frames["tblPremium"].with_columns(PayType=is_given)
    return register_of({name: each.lazy() for name, each in frames.items()})


def inputs(window: Window | None = None) -> Inputs:
    return Inputs(COUNTRY, None, KEY, [Scope.ALL], window)


def desired_of(register: Register, window: Window | None) -> dict[str, pl.DataFrame]:
    frames = desired(register, as_of=TODAY, country=COUNTRY, pseudonym_key=KEY, window=window)
    return {name: each.sort("key").collect() for name, each in frames.items()}


def read_desired(run: Run, parts: int) -> dict[str, pl.DataFrame]:
    return {
        each.name: pl.concat(pl.read_parquet(run.desired(each.name, n)) for n in range(parts))
        for each in RESOURCES
    }


@pytest.mark.parametrize(
    ("parts", "window", "at_once"),
    [
        (1, None, 1),
        (3, Window(dt.date(2025, 12, 1), None), 3),
        pytest.param(MANY, None, 1, marks=pytest.mark.longer),
    ],
)
def test_what_dhis2_should_hold_does_not_depend_on_how_people_are_divided(
    whole: Register, parts: int, window: Window | None, at_once: int, tmp_path: Path
):
    run = Run(tmp_path, "night")

    write_desired(Parts(run, TODAY, inputs(window), parts, None, whole), Units(at_once))

    found = read_desired(run, parts)
    for name, expected in desired_of(whole, window).items():
        assert not expected.is_empty()
        assert found[name].sort("key").equals(expected), name


@pytest.mark.longer
def test_each_part_holds_the_objects_of_its_own_people(whole: Register, tmp_path: Path):
    run = Run(tmp_path, "night")

    write_desired(Parts(run, TODAY, inputs(), MANY, None, whole))

    for resource in RESOURCES:
        for number in range(MANY):
            rows = pl.read_parquet(run.desired(resource.name, number))
            assert rows.filter(partition_of(pl.col("person"), MANY) != number).is_empty()
            assert rows.equals(rows.sort("person", "key"))


def test_rows_of_people_are_gone_once_nothing_needs_them(whole: Register, tmp_path: Path):
    run = Run(tmp_path, "night")

    write_desired(Parts(run, TODAY, inputs(), 3, None, whole))

    assert not run.parts.exists()


def test_rows_of_people_that_a_killed_run_left_go_with_its_snapshot(
    whole: Register, tmp_path: Path
):
    run = Run(tmp_path, "night")
    divide_register(run, whole, 3)
    assert run.parts.exists()

    release_snapshot(run)

    assert not run.parts.exists()


def test_a_division_that_was_cut_short_begins_anew(whole: Register, tmp_path: Path):
    run = Run(tmp_path, "night")
    divide_register(run, whole, MANY)

    write_desired(Parts(run, TODAY, inputs(), 3, None, whole))

    found = read_desired(run, 3)
    for name, expected in desired_of(whole, None).items():
        assert found[name].sort("key").equals(expected), name


def test_every_row_that_is_somebodys_is_in_one_part(whole: Register, tmp_path: Path):
    run = Run(tmp_path, "night")

    divide_register(run, whole, 3)

    parts = [part_of_people(run, whole, number) for number in range(3)]
    for name in rows_with_partition(whole, lambda person: partition_of(person, 3)):
        expected = getattr(whole, name).versions.sort("version").collect()
        found = pl.concat(getattr(part, name).versions.collect() for part in parts)
        assert found.sort("version").equals(expected), name


def test_what_a_person_was_before_and_all_of_the_claims_go_with_the_person():
    known = register_of(
        snapshot(
            Insuree=[{}, {}, history_of(2, InsureeID=9)],
            Claim=[{"InsureeID": 9}, history_of(1, InsureeID=1, ClaimID=8), {"InsureeID": 77}],
            ClaimItems=[{"ClaimID": 1}, {"ClaimID": 8}, {"ClaimID": 99}],
            InsureePolicy=[{"InsureeID": 9}, history_of(1, InsureeID=1)],
        )
    )
    first, second = uuid("tblInsuree", 1), uuid("tblInsuree", 2)
    nobody = 0

    rows = rows_with_partition(
        known, lambda person: person.replace_strict({first: 1, second: 2}, default=nobody)
    )

    found = {name: each.collect()["partition"].to_list() for name, each in rows.items()}
    assert found["people"] == [1, 2, 2]
    assert found["claims"] == [2, 2, nobody]
    assert found["items"] == [2, 2, nobody]
    assert found["covers"] == [2, 2]


def test_a_key_that_nobody_has_is_nobodys_even_where_there_is_no_key_at_all():
    frame = pl.LazyFrame({"key": [5, 7]}).with_columns(partition=pl.lit(3, pl.UInt16))
    asked_for = pl.LazyFrame({"key": [7, 6, None, 99, -1]})

    some = asked_for.select(lookup_of(frame).of("key")).collect()
    none = asked_for.select(lookup_of(frame.clear()).of("key")).collect()

    assert some["key"].to_list() == [3, 0, 0, 0, 0]
    assert none["key"].to_list() == [0] * 5
