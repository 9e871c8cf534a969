"""The register: openIMIS under plain names; what holds now, was deleted, was before: apart."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tests.support.builders import (
    PLACES,
    REPLACED,
    deleted,
    history_of,
    register,
    rows,
    snapshot,
)
from transforms.core.errors import StagingError
from transforms.model.resources import RESOURCES
from transforms.model.tables.option_sets import FILLED_SETS
from transforms.openimis.register import Register, register_of
from transforms.openimis.rows import Rows
from transforms.openimis.subjects import SUBJECTS, Subject, column_of
from transforms.openimis.tables.columns import TABLES, VALIDITY

IN_FRAMES_OF_THEIR_OWN = ("places", "facilities")
OF_ROWS = [each for each in SUBJECTS if each.name not in IN_FRAMES_OF_THEIR_OWN]
FIELDS = [field for resource in RESOURCES for field in resource.fields if field.table]


def rows_of(known: Register, subject: Subject) -> Rows:
    found: Rows = getattr(known, subject.name)
    return found


def keys(frame: pl.LazyFrame, column: str) -> list[Any]:
    return sorted(frame.collect()[column].to_list(), key=str)


# --- the schema ---


@pytest.mark.parametrize("subject", OF_ROWS, ids=lambda subject: subject.name)
def test_a_frame_has_the_columns_and_types_of_its_subject(subject: Subject):
    found = rows_of(register(), subject)

    assert dict(found.live.collect_schema()) == subject.schema | {"is_current": pl.Boolean()}
    assert dict(found.current.collect_schema()) == subject.schema
    assert dict(found.deleted.collect_schema()) == subject.schema


def test_every_column_that_is_read_of_openimis_has_a_name_in_the_register():
    lists = {each.table for each in FILLED_SETS}
    named = {(each.table.name, column) for each in SUBJECTS for column in each.columns.values()}
    keys_and_dates = {
        (table.name, column)
        for table in TABLES.values()
        for column in (table.key, *(each.name for each in VALIDITY))
    }
    read = {
        (table.name, column.name)
        for table in TABLES.values()
        if table.name not in lists
        for column in table.columns
    }

    assert read - named - keys_and_dates == set()


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_every_value_that_is_sent_untouched_has_a_name_in_the_register(field: Any):
    assert column_of(field) in {name for each in SUBJECTS for name in each.columns}


def test_a_value_that_the_country_drops_is_not_read_and_is_empty():
    known = snapshot(Insuree=[{"Phone": "+243 81 555"}])
    read = known | {"tblInsuree": known["tblInsuree"].drop("Phone", "HFID")}

    person = register_of(read).people.current.collect().row(0, named=True)

    assert person["phone"] is None
    assert person["first_service_point"] is None


def test_a_snapshot_without_a_table_that_is_needed_stops_the_run():
    known = snapshot()
    del known["tblPolicy"]

    found = register_of(known)

    assert found.people.current.collect().height == 1
    with pytest.raises(StagingError, match=r"no table tblPolicy.*Start a new run.*Nothing was"):
        _ = found.policies


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (pl.col("ValidityTo").cast(pl.String), r"tblClaim.ValidityTo \(String, expected Datetime"),
        (pl.col("ClaimID").cast(pl.Int32), r"tblClaim.ClaimID \(Int32, expected Int64\)"),
    ],
)
def test_a_column_of_another_type_stops_the_run(broken: pl.Expr, told: str):
    known = snapshot(Claim=[{}])
    known["tblClaim"] = known["tblClaim"].with_columns(broken)

    with pytest.raises(StagingError, match=told):
        _ = register_of(known).claims


def test_a_missing_column_that_the_work_needs_stops_the_run():
    known = snapshot(Claim=[{}])
    known["tblClaim"] = known["tblClaim"].drop("LegacyID")

    with pytest.raises(StagingError, match=r"tblClaim.LegacyID \(missing, expected Int64\)"):
        _ = register_of(known).claims


# --- what holds now, what was deleted, what was before ---


def test_current_and_deleted_and_what_was_before_are_apart():
    people = register(
        Insuree=[{}, deleted(), history_of(1, LastName="Before"), history_of(2, InsureeID=9)]
    ).people

    assert keys(people.current, "insuree_id") == [1]
    assert keys(people.deleted, "insuree_id") == [2]
    assert dict(people.live.select("insuree_id", "is_current").collect().iter_rows()) == {
        1: True,
        2: False,
    }
    before = people.copies.select("insuree_id", "version", "valid_until").collect().sort("version")
    assert before.rows() == [(1, 3, REPLACED), (2, 9, REPLACED)]


def test_a_row_that_names_itself_as_its_earlier_version_is_a_live_one():
    people = register(Insuree=[{"LegacyID": 1}, deleted(LegacyID=2)]).people

    assert keys(people.current, "insuree_id") == [1]
    assert keys(people.deleted, "insuree_id") == [2]
    assert people.copies.collect().is_empty()


def test_a_place_that_was_closed_is_known_with_the_day():
    places = register(Locations=[*PLACES[:4], deleted()]).places.collect()

    closed = places.row(by_predicate=pl.col("location_id") == 5, named=True)
    assert (closed["is_current"], closed["valid_until"]) == (False, REPLACED)


# --- foreign keys ---

COPIES: dict[str, Any] = {
    "Locations": [*PLACES, history_of(5, LocationId=105)],
    "HF": [{}, history_of(1, HfID=101)],
    "Families": [{}, history_of(1, FamilyID=101)],
    "Insuree": [{}, history_of(1, InsureeID=101)],
    "Policy": [{}, history_of(1, PolicyID=101)],
    "Product": [{}, history_of(1, ProdID=101)],
    "ClaimAdmin": [{}, history_of(1, ClaimAdminId=101)],
    "Claim": [{}, history_of(1, ClaimID=101)],
    "ClaimServices": [{}, history_of(1, ClaimServiceID=101)],
    "Payer": [{}, history_of(1, PayerID=101)],
}
LINKS = [(subject, name) for subject in OF_ROWS for name in subject.links]


@pytest.mark.parametrize(
    ("subject", "name"), LINKS, ids=[f"{each.name}.{name}" for each, name in LINKS]
)
def test_a_foreign_key_names_the_live_row_and_nothing_where_openimis_writes_0(
    subject: Subject, name: str
):
    column, copy = subject.columns[name], 105 if "ocation" in subject.links[name].name else 101
    live = copy - 100
    found = snapshot(**COPIES) | {
        subject.table.name: rows(
            subject.table.name,
            *COPIES.get(subject.table.name.removeprefix("tbl"), ()),
            *({subject.table.key: 11 + at, column: key} for at, key in enumerate(_named(copy))),
        )
    }
    current = rows_of(register_of(found), subject).current.sort(subject.key).collect()

    assert current[name].to_list()[-5:] == [live, live, 999, None, None]


def _named(copy: int) -> list[int | None]:
    return [copy - 100, copy, 999, 0, None]


def test_a_line_of_an_earlier_version_of_a_claim_is_not_taken_for_one_of_the_claim():
    found = register(
        Claim=[{}, history_of(1, ClaimID=101)], ClaimServices=[{"ClaimID": 101}, {"ClaimID": 1}]
    )

    assert keys(found.services.current, "claim_id") == [1, 101]


def test_a_policy_keeps_the_product_of_its_day():
    found = register(Product=[{}, history_of(1, ProdID=101)], Policy=[{"ProdID": 101}])

    assert keys(found.policies.current, "product_id") == [101]


# --- when it is made ---


def test_nothing_is_read_of_openimis_before_a_frame_is_asked_for():
    def looked_at(_rows: pl.DataFrame) -> pl.DataFrame:
        raise AssertionError

    known = {
        name: each.map_batches(looked_at, schema=each.collect_schema())
        for name, each in snapshot().items()
    }

    with pytest.raises(AssertionError):
        _ = register_of(known).places
    assert register_of(known).doubts.unreadable.is_empty()


def test_each_foreign_key_is_looked_up_once():
    scans: list[str] = []

    def counted(name: str, each: pl.LazyFrame) -> pl.LazyFrame:
        def seen(frame: pl.DataFrame) -> pl.DataFrame:
            scans.append(name)
            return frame

        return each.map_batches(seen, schema=each.collect_schema())

    known = {name: counted(name, each) for name, each in snapshot(Claim=[{}]).items()}
    found = register_of(known)
    _ = found.claims
    looked_up = len(scans)

    _ = found.claims, found.claims.live, found.claims.current

    assert looked_up > 0
    assert len(scans) == looked_up


def test_the_day_on_which_an_insuree_was_replaced_is_kept():
    later = dt.datetime.fromisoformat("2024-01-01")
    people = register(Insuree=[{}, history_of(1, ValidityTo=later)]).people

    assert keys(people.copies, "valid_until") == [later]
