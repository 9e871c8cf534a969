"""Options: fixed ones with the seed's words, filled ones with openIMIS's own codes."""

from typing import Any

import polars as pl
import pytest

from tests.support.builders import deleted, history_of, register
from transforms.core.fields import OptionSet
from transforms.model.options import options, with_option_codes
from transforms.model.tables.claim import CLAIM_DETAILS_FIELDS
from transforms.model.tables.insuree import SEX
from transforms.model.tables.option_sets import (
    DIAGNOSIS,
    EDUCATION,
    FIXED_SETS,
    GENDER,
    OPTION_SETS,
    POLICY_STATUS,
    PRODUCT,
)

MAIN_DIAGNOSIS = next(field for field in CLAIM_DETAILS_FIELDS if field.column == "ICDID")


def options_of(option_set: OptionSet, **changes: Any) -> pl.DataFrame:
    found = options(register(**changes)).collect()
    return found.filter(pl.col("optionSet") == option_set.uid).sort("sortOrder")


def diagnosis(code: str | None, name: str | None = None, **changes: Any) -> dict[str, Any]:
    return {"ICDCode": code, "ICDName": name, **changes}


def test_every_option_set_has_options():
    found = options(register()).collect()

    assert set(found["optionSet"]) == {option_set.uid for option_set in OPTION_SETS}


@pytest.mark.parametrize("option_set", FIXED_SETS, ids=lambda option_set: option_set.name)
def test_a_fixed_option_keeps_the_seeds_word_and_uid(option_set: OptionSet):
    found = options_of(option_set)

    uids = dict(found.select("code", "uid").iter_rows())

    assert found["code"].to_list() == list((option_set.codes or {}).values())
    assert {code: uids[code] for code in option_set.option_uids} == option_set.option_uids


def test_ready_is_a_policy_status_that_the_seed_does_not_have():
    assert options_of(POLICY_STATUS)["code"].to_list()[-1] == "Ready"


def test_a_filled_option_has_openimis_own_code_and_both_words_as_name():
    option = options_of(PRODUCT).row(0, named=True)

    assert option["code"] == "BCUL0001"
    assert option["name"] == "BCUL0001 Basic Cover Ultha"
    assert option["key"] == f"{PRODUCT.uid}:BCUL0001"


def test_the_uids_of_genders_are_those_that_the_seed_pushed():
    uids = dict(options_of(GENDER).select("code", "uid").iter_rows())

    assert uids == {"M": "A9d5NUvDvEC", "F": "C9G6Y95fhd4", "O": "G0wATeSwqRv"}


def test_an_entry_of_a_list_without_codes_is_known_by_its_number():
    option = options_of(EDUCATION).row(0, named=True)

    assert option["code"] == "1"
    assert option["uid"] == "av98FmQvMoD"


def test_a_list_is_in_the_order_that_openimis_gives_it():
    assert options_of(GENDER)["code"].to_list() == ["M", "F", "O"]


def test_a_new_option_is_the_last_whatever_its_code():
    codes = options_of(DIAGNOSIS, ICDCodes=[diagnosis("B01"), diagnosis("A01")])

    assert codes["code"].to_list() == ["B01", "A01"]
    assert codes["sortOrder"].to_list() == [1, 2]


def test_a_deleted_row_is_an_option_and_a_history_row_is_none():
    rows = [diagnosis("A00"), diagnosis("A01") | deleted(), diagnosis("OLD") | history_of(1)]

    assert options_of(DIAGNOSIS, ICDCodes=rows)["code"].to_list() == ["A00", "A01"]


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_blank_code_gives_no_option(blank: str | None):
    assert options_of(DIAGNOSIS, ICDCodes=[diagnosis(blank, "Cholera")]).is_empty()


@pytest.mark.parametrize("order", [1, -1])
def test_a_code_that_is_there_twice_is_one_option_with_the_current_rows_name(order: int):
    rows = [diagnosis("A00", "New"), diagnosis("A00", "Old") | deleted()]

    found = options_of(DIAGNOSIS, ICDCodes=rows[::order])

    assert found["name"].to_list() == ["A00 New"]


def test_codes_are_trimmed():
    assert options_of(GENDER, Gender=[{"Code": "M ", "Gender": "Male"}])["code"].to_list() == ["M"]


@pytest.mark.parametrize("name", [None, " ", "A00"])
def test_an_option_whose_name_adds_nothing_is_named_by_its_code(name: str | None):
    assert options_of(DIAGNOSIS, ICDCodes=[diagnosis("A00", name)])["name"].to_list() == ["A00"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([diagnosis("A", "B C"), diagnosis("A B", "C")], id="same words"),
        pytest.param([diagnosis("A" * 229 + "x", "1"), diagnosis("A" * 229, "x")], id="cut alike"),
    ],
)
def test_no_two_options_of_a_set_have_one_name(rows: list[dict[str, Any]]):
    names = options_of(DIAGNOSIS, ICDCodes=rows)["name"]

    assert names.n_unique() == 2
    assert names.str.len_chars().max() <= 230


def test_a_foreign_key_becomes_the_code_of_what_it_names():
    claims = pl.LazyFrame({"diagnosis": [1, 2, None, 0]}, schema={"diagnosis": pl.Int64})
    source = register(ICDCodes=[diagnosis("A00"), diagnosis("OLD") | history_of(1)])

    found = with_option_codes(claims, [MAIN_DIAGNOSIS], source).collect()

    assert found["diagnosis"].to_list() == ["A00", "A00", None, None]
    assert found["faults"].list.len().sum() == 0


def test_a_foreign_key_that_names_no_row_is_a_fault():
    claims = pl.LazyFrame({"diagnosis": [99]})

    found = with_option_codes(claims, [MAIN_DIAGNOSIS], register()).collect()

    assert found["faults"].to_list() == [["main_diagnosis_unknown"]]


def test_a_row_without_code_leaves_the_value_empty_and_is_counted():
    claims = pl.LazyFrame({"diagnosis": [1]})

    found = with_option_codes(
        claims, [MAIN_DIAGNOSIS], register(ICDCodes=[diagnosis(" ")])
    ).collect()

    assert found["diagnosis"].to_list() == [None]
    assert found["notes"].to_list() == [["option_code_blank"]]
    assert found["faults"].to_list() == [[]]


def test_a_code_that_dhis2_does_not_take_is_a_fault():
    claims = pl.LazyFrame({"diagnosis": [1]})

    found = with_option_codes(
        claims, [MAIN_DIAGNOSIS], register(ICDCodes=[diagnosis("x" * 231)])
    ).collect()

    assert found["faults"].to_list() == [["option_code_too_long"]]


def test_a_code_of_a_list_is_checked_against_the_list():
    people = pl.LazyFrame({"gender": ["F ", "X", "", None]})

    found = with_option_codes(people, [SEX], register()).collect()

    assert found["gender"].to_list() == ["F", None, None, None]
    assert found["faults"].to_list() == [[], ["gender_unknown"], [], []]


def test_a_column_that_was_not_read_is_passed_over():
    people = pl.LazyFrame({"InsureeID": [1]})

    assert with_option_codes(people, [SEX], register()).collect().columns == ["InsureeID"]
