"""Values: the text that DHIS2 will hold, from what openIMIS keeps."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from transforms.core.fields import Field, ValueType
from transforms.model.tables.insuree import FIRST_NAME, MARITAL, PHONE_NUMBER, POVERTY
from transforms.model.tables.policy import POLICY_FIELDS
from transforms.model.values import render_values, with_faults, with_notes
from transforms.openimis.subjects import column_of
from transforms.openimis.tables.field_reasons import hint_of

AMOUNT = Field("policy_value", "mVeMk0sNLZb", "Policy Value", ValueType.NUMBER, "amount")
DAY = Field("policy_expiry_date", "RzgHQtgsmfB", "Expiry Date", ValueType.DATE, "day")
STATUS = next(field for field in POLICY_FIELDS if field.column == "policy_status")


def row(field: Field, value: Any, dtype: Any = None, **options: Any) -> dict[str, Any]:
    working = pl.LazyFrame({column_of(field): [value]}, schema={column_of(field): dtype})
    return render_values(working, [field], **options).collect().row(0, named=True)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("100.00", "100"),
        ("99.50", "99.5"),
        ("0.00", "0"),
        ("0.05", "0.05"),
        ("-1200.10", "-1200.1"),
        ("9999999999999999.99", "9999999999999999.99"),
    ],
)
def test_an_amount_has_no_exponent_and_no_trailing_zeros(amount: str, text: str):
    assert row(AMOUNT, Decimal(amount), pl.Decimal(18, 2))[AMOUNT.key] == text


@pytest.mark.parametrize(("amount", "text"), [(1e16, "10000000000000000"), (0.1 + 0.2, "0.3")])
def test_a_computed_number_has_no_exponent_either(amount: float, text: str):
    assert row(AMOUNT, amount, pl.Float64)[AMOUNT.key] == text


@pytest.mark.parametrize("amount", [float("nan"), float("inf")])
def test_a_number_that_is_none_holds_the_row_back(amount: float):
    found = row(AMOUNT, amount, pl.Float64)

    assert found["faults"] == ["policy_value_not_a_number"]


@pytest.mark.parametrize(
    "day", [dt.date(2024, 2, 29), dt.datetime.fromisoformat("2024-02-29T23:59:00")]
)
def test_a_date_is_written_as_dhis2_reads_it(day: dt.date):
    assert row(DAY, day)[DAY.key] == "2024-02-29"


@pytest.mark.parametrize(("name", "text"), [(" Amani\t", "Amani"), ("", None), ("  ", None)])
def test_text_is_trimmed_and_blank_text_is_nothing(name: str, text: str | None):
    assert row(FIRST_NAME, name)[FIRST_NAME.key] == text


@pytest.mark.parametrize(("poor", "code"), [(True, "Yes"), (False, "No"), (None, None)])
def test_true_and_false_are_yes_and_no(poor: bool | None, code: str | None):
    assert row(POVERTY, poor, pl.Boolean)[POVERTY.key] == code


@pytest.mark.parametrize(("status", "word"), [(1, "Idle"), (8, "Expired"), (16, "Ready")])
def test_a_status_number_becomes_the_seeds_word(status: int, word: str):
    assert row(STATUS, status, pl.Int32)[STATUS.key] == word


def test_a_code_that_a_fixed_set_does_not_have_holds_the_row_back():
    found = row(MARITAL, "X")

    assert found[MARITAL.key] is None
    assert found["faults"] == ["marital_status_unknown"]


@pytest.mark.parametrize("blank", [None, "", " "])
def test_no_code_at_all_is_no_fault(blank: str | None):
    found = row(MARITAL, blank, pl.String)

    assert found[MARITAL.key] is None
    assert found["faults"] == []


def test_a_value_longer_than_dhis2_takes_holds_the_row_back():
    assert row(FIRST_NAME, "x" * 1200, longest=1200)["faults"] == []
    assert row(FIRST_NAME, "x" * 1201, longest=1200)["faults"] == ["first_name_too_long"]


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f"])
def test_a_control_character_holds_the_row_back(character: str):
    found = row(FIRST_NAME, f"Ama{character}ni")

    assert found["faults"] == ["first_name_has_control_characters"]


def test_a_line_end_within_a_text_is_let_through():
    assert row(FIRST_NAME, "Ama\nni")["faults"] == []


@pytest.mark.parametrize("number", ["call me", "123", "1" * 51])
def test_a_phone_number_that_dhis2_would_refuse_is_left_out_and_noted(number: str):
    found = row(PHONE_NUMBER, number)

    assert found[PHONE_NUMBER.key] is None
    assert found["notes"] == ["phone_number_malformed"]
    assert found["faults"] == []


def test_a_phone_number_that_dhis2_takes_is_kept():
    found = row(PHONE_NUMBER, "+243 (81) 555-0100")

    assert found[PHONE_NUMBER.key] == "+243 (81) 555-0100"
    assert found["notes"] == []


def test_a_column_that_was_not_read_gives_nothing():
    found = render_values(pl.LazyFrame({"InsureeID": [1]}), [FIRST_NAME]).collect()

    assert found[FIRST_NAME.key].to_list() == [None]
    assert found.schema[FIRST_NAME.key] == pl.String


def test_every_broken_rule_is_named_after_those_before():
    rows = pl.LazyFrame({"number": [1, 2, None]})

    once = with_faults(rows, {"first": pl.col("number") > 0, "second": pl.col("number") > 1})
    twice = with_faults(once, {"third": pl.col("number") == 2}).collect()

    assert twice["faults"].to_list() == [["first"], ["first", "second", "third"], []]


def test_a_row_that_breaks_no_rule_has_an_empty_list():
    found = with_notes(pl.LazyFrame({"number": [1]}), {}).collect()

    assert found["notes"].to_list() == [[]]
    assert found.schema["notes"] == pl.List(pl.String)


@pytest.mark.parametrize(
    "code", ["no_place", "marital_status_unknown", "first_name_has_control_characters"]
)
def test_every_reason_has_a_hint(code: str):
    assert hint_of(code).endswith(".")
