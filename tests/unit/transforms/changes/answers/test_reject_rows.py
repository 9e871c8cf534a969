"""Every reject tells a clerk what to do."""

import polars as pl

from transforms.changes.answers.reject_rows import option_rows, reject_rows
from transforms.model.tables.option_sets import ITEM, MARITAL_STATUS, PROFESSION
from transforms.openimis.tables.field_reasons import FIELD_REASONS
from transforms.openimis.tables.reasons import REASONS


def rejects(*rows: tuple[str, list[str]]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"key": key, "stage": "rule", "reasons": reasons} for key, reasons in rows],
        schema={"key": pl.String, "stage": pl.String, "reasons": pl.List(pl.String)},
    )


def test_a_reject_names_the_table_and_the_row_of_openimis_that_it_comes_from():
    [row] = reject_rows("policy_events", rejects(("17:Active:1", ["no_place"]))).to_dicts()

    assert (row["table"], row["id"]) == ("tblInsureePolicy", "17")


def test_a_reject_of_an_option_names_the_list_of_openimis_and_the_row_of_the_code():
    keys = [f"{ITEM.uid}:A:1", f"{PROFESSION.uid}:4", f"{MARITAL_STATUS.uid}:Widowed"]
    options = pl.DataFrame({"key": keys, "row": ["17", "4", None]})

    rows = option_rows(rejects(*((key, ["E5003"]) for key in keys)), options)

    assert rows.select("table", "id").rows() == [
        ("tblItems", "17"),
        ("tblProfessions", "4"),
        ("a fixed list of the package", "Widowed"),
    ]
    assert option_rows(rejects((keys[0], ["E5003"])), options.drop("row"))["id"].item() == "A:1"


def test_a_reject_with_several_reasons_names_the_first_and_keeps_all():
    [row] = reject_rows("claim_items", rejects(("5", ["date_missing", "no_place"]))).to_dicts()

    assert row["reason"] == "date_missing"
    assert row["reasons"] == "date_missing no_place"


def test_every_reason_of_ours_has_a_hint_of_its_own():
    codes = [*REASONS, *(f"gender{ending}" for ending in FIELD_REASONS)]

    hints = reject_rows("claim_items", rejects(*(("1", [code]) for code in codes)))["hint"]

    assert not any("Nothing is known" in hint for hint in hints)


def test_an_error_code_of_dhis2_is_explained_in_our_words():
    [row] = reject_rows("claim_items", rejects(("1", ["E1125"]))).to_dicts()

    assert "option" in row["hint"]


def test_a_code_that_nobody_knows_says_so():
    [row] = reject_rows("claim_items", rejects(("1", ["E7777"]))).to_dicts()

    assert "Nothing is known" in row["hint"]
