"""The snapshot of a fork in openIMIS's own terms."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tests.support.builders import CREATED, REPLACED, deleted, history_of, snapshot, uuid
from transforms.model.held_back import undeletable_rows
from transforms.model.resources import TRACKED_ENTITIES
from transforms.openimis.country import Country, Root
from transforms.openimis.differences import Differences
from transforms.openimis.normalise import local_day, normalise
from transforms.openimis.register import register_of
from transforms.openimis.rows import Tables
from transforms.openimis.tables.column_types import UNREADABLE
from transforms.openimis.unmapped_values import count_unmapped, sentence_of

ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
DELETED_BY_FLAG = Differences(not_current={"tblInsuree": {"IsDeleted": True}})


def flagged(flags: list[Any], *rows: dict[str, Any]) -> Tables:
    known = snapshot(Insuree=rows or [{} for _ in flags])
    insurees = known["tblInsuree"].collect().with_columns(IsDeleted=pl.Series(flags))
    return known | {"tblInsuree": insurees.lazy()}


def current(source: Tables) -> list[int]:
    return sorted(register_of(source).people.current.collect()["insuree_id"])


def of(source: Tables, table: str, column: str) -> list[Any]:
    return source[table].collect()[column].to_list()


def test_without_differences_the_snapshot_is_as_it_is():
    known = snapshot(Claim=[{"VisitType": "I "}])

    for name, rows in normalise(known, Differences()).items():
        assert rows is known[name]


# --- districts without a region ---

OF_ULTHA = Differences(district_regions={"R1D1": "R1"})


def levels(locations: list[dict[str, Any]], differences: Differences) -> list[int | None]:
    """The level of each location, in order of their keys."""
    known = snapshot(Locations=[{"LocationType": "R", "LocationCode": "R1"}, *locations])
    places = register_of(normalise(known, differences)).places
    return places.sort("location_id").collect()["level"].to_list()


def district(**changes: Any) -> dict[str, Any]:
    return {"LocationType": "D", "LocationCode": " R1D1", "ParentLocationId": None} | changes


WARD = {"LocationType": "W", "LocationCode": "R1D1M1", "ParentLocationId": 2}


def test_a_district_below_no_region_lies_below_the_one_that_the_country_file_names():
    assert levels([district(), WARD], OF_ULTHA) == [2, 3, 4]
    assert levels([district(), WARD], Differences()) == [2, None, None]


def test_only_districts_below_nothing_are_moved():
    region = {"LocationType": "R", "LocationCode": "R1", "ParentLocationId": None}
    known = snapshot(
        Locations=[
            region,
            district(ParentLocationId=3),
            region | {"LocationCode": "R2"},
            district(LocationCode="R1D2"),
            WARD | {"LocationCode": "R1D1", "ParentLocationId": None},
        ]
    )

    found = normalise(known, OF_ULTHA)

    assert of(found, "tblLocations", "ParentLocationId") == [None, 3, None, None, None]


@pytest.mark.parametrize(
    "regions",
    [
        [],
        [{"LocationType": "R", "LocationCode": "R1"}],
        [deleted(LocationType="R", LocationCode="R9")],
    ],
    ids=["none", "two of a code", "a deleted one"],
)
def test_a_district_stays_without_a_region_that_is_not_just_one(regions: list[dict[str, Any]]):
    named = "R1" if regions and regions[0]["LocationCode"] == "R1" else "R9"

    found = levels([district(), *regions], Differences(district_regions={"R1D1": named}))

    assert found[1] is None


# --- values ---


def test_values_of_a_fork_become_openimis_own_in_every_version_of_a_row():
    words = {"claim_status": {"6": "Checked", "9": "Processed"}, "visit_type": {"I": "Other"}}
    known = snapshot(
        Claim=[
            {"ClaimStatus": 9, "VisitType": "I "},
            history_of(1, ClaimID=11, ClaimStatus=6, VisitType="E"),
            {"ClaimStatus": 7, "VisitType": "Z"},
        ]
    )

    found = normalise(known, Differences(values=words))

    assert of(found, "tblClaim", "ClaimStatus") == [8, 4, 7]
    assert of(found, "tblClaim", "VisitType") == ["O", "E", "Z"]


def test_stage_and_marital_status_have_words_too():
    words = {"policy_stage": {"C": "Renewed policy"}, "marital_status": {"U": "Not specified"}}
    known = snapshot(Policy=[{"PolicyStage": "C"}, {}], Insuree=[{"Marital": "U"}, {}])

    found = normalise(known, Differences(values=words))

    assert of(found, "tblPolicy", "PolicyStage") == ["R", "N"]
    assert of(found, "tblInsuree", "Marital") == ["N", None]


def test_a_column_that_is_not_read_is_passed_over():
    known = snapshot(Claim=[{}])
    known["tblClaim"] = known["tblClaim"].drop("VisitType")

    found = normalise(known, Differences(values={"visit_type": {"I": "Other"}}))

    assert "VisitType" not in found["tblClaim"].collect_schema()


# --- not current ---


def test_a_row_that_a_flag_deletes_is_a_deleted_one_and_null_deletes_nothing():
    found = normalise(flagged([True, False, None]), DELETED_BY_FLAG)

    people = register_of(found).people
    assert current(found) == [2, 3]
    assert people.lasting.filter(~pl.col("is_current")).collect()["valid_until"].to_list() == [
        CREATED
    ]


def test_each_of_several_flags_deletes():
    source = flagged([True, False, False])
    source["tblInsuree"] = source["tblInsuree"].with_columns(
        IsActive=pl.Series([True, True, False])
    )
    flags = {"tblInsuree": {"IsDeleted": True, "IsActive": False}}

    assert current(normalise(source, Differences(not_current=flags))) == [2]


@pytest.mark.parametrize(
    ("flags", "value"), [([1, 0], 1), (["Y ", "N"], "Y")], ids=["number", "text"]
)
def test_a_flag_may_be_a_number_or_a_text(flags: list[Any], value: int | str):
    differences = Differences(not_current={"tblInsuree": {"IsDeleted": value}})

    assert current(normalise(flagged(flags), differences)) == [2]


def test_what_was_deleted_or_replaced_before_keeps_its_day():
    source = flagged([True, True, False], deleted(), history_of(3, InsureeID=2), {"InsureeID": 3})

    found = normalise(source, DELETED_BY_FLAG)

    assert of(found, "tblInsuree", "ValidityTo") == [REPLACED, REPLACED, None]
    assert current(found) == [3]


def test_a_row_without_any_date_is_deleted_by_its_flag_all_the_same():
    assert current(normalise(flagged([True], {"ValidityFrom": None}), DELETED_BY_FLAG)) == []


def test_a_row_whose_flag_cannot_be_read_is_neither_sent_nor_deleted():
    source = flagged([None, False])
    source["tblInsuree"] = source["tblInsuree"].with_columns(
        pl.Series(UNREADABLE, ["IsDeleted", None])
    )

    register = register_of(source, DELETED_BY_FLAG)

    kept = undeletable_rows(register.doubts).filter(resource=TRACKED_ENTITIES.name)
    assert register.people.current.collect()["insuree_id"].to_list() == [2]
    assert uuid("tblInsuree", 1) in kept["row"].to_list()
    reasons = register.doubts.unreadable["reasons"].to_list()
    assert reasons == [["source_row_unreadable", "validity_to_unreadable"]]


# --- time zone ---

KATHMANDU = Differences(time_zone="Asia/Kathmandu")
EVENING = dt.datetime.fromisoformat("2024-03-01T18:20:00")


def test_time_stamps_are_of_the_day_in_the_country():
    known = snapshot(
        Claim=[{"SubmitStamp": EVENING, "ProcessStamp": None}],
        Policy=[history_of(2, ValidityTo=EVENING), {}],
        BatchRun=[{"RunDate": EVENING}],
    )

    found = normalise(known, KATHMANDU)

    after_midnight = dt.datetime.fromisoformat("2024-03-02T00:05:00")
    assert of(found, "tblClaim", "SubmitStamp") == [after_midnight]
    assert of(found, "tblClaim", "ProcessStamp") == [None]
    assert of(found, "tblPolicy", "ValidityTo") == [after_midnight, None]
    assert of(found, "tblBatchRun", "RunDate") == [after_midnight]
    assert of(found, "tblClaim", "DateClaimed") == of(known, "tblClaim", "DateClaimed")
    assert found["tblClaim"].collect_schema() == known["tblClaim"].collect_schema()


def test_the_day_of_the_snapshot_is_that_of_the_country():
    assert local_day(EVENING, Differences()) == dt.date(2024, 3, 1)
    assert local_day(EVENING, KATHMANDU) == dt.date(2024, 3, 2)
    lima = Differences(time_zone="America/Lima")
    assert local_day(dt.datetime.fromisoformat("2024-03-01T02:00:00"), lima).day == 29


# --- what nothing explains ---


def test_values_that_nothing_explains_are_counted_among_current_rows():
    country = Country(root=ROOT, facility_ownership={"public": ["G", "M"]})
    known = snapshot(
        Claim=[{"VisitType": "I"}, {"VisitType": "I "}, {"ClaimStatus": 6}, deleted(VisitType="J")],
        Policy=[{"PolicyStage": " "}, {"PolicyStage": None}],
        Insuree=[{"Marital": "widow of Amani"}, {}],
        HF=[{"LegalForm": "M"}, {"LegalForm": "D"}, {"LegalForm": "C"}],
    )

    found = count_unmapped(known, country)

    assert [(each["column"], each["value"], each["rows"]) for each in found] == [
        ("tblClaim.VisitType", "I", 2),
        ("tblClaim.ClaimStatus", "6", 1),
        ("tblHF.LegalForm", "D", 1),
        ("tblInsuree.Marital", "(no code)", 1),
    ]
    assert sentence_of(found[0]) == (
        "tblClaim.VisitType is I in 2 current rows, and nothing says what that means: map it in "
        "the country file ([values.visit_type])."
    )


def test_what_the_country_file_maps_is_explained():
    country = Country(root=ROOT, values={"visit_type": {"I": "Other"}})

    assert count_unmapped(snapshot(Claim=[{"VisitType": "I"}]), country) == []


def test_statuses_of_facilities_are_counted_where_the_country_file_makes_groups_of_them():
    known = snapshot(HF=[{"status": "AC"}, {"status": "SU"}])
    country = Country(root=ROOT, facility_status={"active": ["AC"]})

    [found] = count_unmapped(known, country)

    assert (found["column"], found["value"], found["section"]) == (
        "tblHF.status", "SU", "facility_status"
    )  # fmt: skip
    assert count_unmapped(known, Country(root=ROOT)) == []


def test_a_column_that_the_country_drops_is_not_counted():
    known = snapshot(Insuree=[{"Marital": "P"}])
    known["tblInsuree"] = known["tblInsuree"].drop("Marital")

    assert count_unmapped(known, Country(root=ROOT)) == []
