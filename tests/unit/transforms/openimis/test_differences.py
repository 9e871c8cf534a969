"""How an openIMIS differs from the community's: the country file, and what of it is wrong."""

import tomllib
from typing import Any

import pytest

from transforms.core.errors import CountryError
from transforms.model.selected_columns import selected_columns, selected_for_set_up
from transforms.openimis.country import Country, country_of
from transforms.openimis.tables.column_types import CODE, TEXT, YES_NO
from transforms.openimis.tables.columns import TABLES

ROOT = '[root]\nuid = "ImspTQPwCqd"\nname = "Ultha"\nshort_name = "Ultha"\n'


def country(text: str = "") -> Country:
    return country_of(tomllib.loads(f"{text}\n{ROOT}"), "ultha.toml")


def read_of(settings: Country, table: str) -> dict[str, Any]:
    return {each.name: each for each in selected_columns(settings)[table]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('time_zone = "Kathmandu"', r"time_zone: .*found 'Kathmandu'; allowed .*'Asia/Kathmandu'"),
        ('time_zone = ""', r"time_zone: .*found ''; allowed is an IANA name"),
        ('[values.visit]\nI = "Other"', r"values: .*found 'visit'; allowed are .*visit_type"),
        (
            '[values.visit_type]\nI = "In-patient"',
            r"visit_type.I: found 'In-patient'; allowed are Emergency, Referral, Other",
        ),
        (
            '[values.claim_status]\nsix = "Checked"',
            r"claim_status: found 'six'; allowed are whole numbers",
        ),
        ('[columns.tblClaims]\nVisitType = "x"', r"columns: .*'tblClaims'; allowed are .*tblClaim"),
        (
            '[columns.tblClaim]\nVisit = "x"',
            r"columns: .*tblClaim: found 'Visit'; allowed are ClaimID.*VisitType",
        ),
        (
            "[not_current.tblGender]\nIsDeleted = true",
            r"not_current: .*found 'tblGender'; allowed are .*tblInsuree",
        ),
        (
            '[not_current.tblInsuree]\nstatus = "DE"',
            r"tblInsuree: found status, which openIMIS itself has; allowed are columns that only",
        ),
        ("[not_current.tblInsuree]\nIsDeleted = 1.5", r"not_current\.tblInsuree\.IsDeleted"),
    ],
)
def test_what_is_wrong_is_told_with_file_key_what_was_found_and_what_is_allowed(
    text: str, told: str
):
    with pytest.raises(CountryError, match=rf"(?s)ultha\.toml is not .*{told}.*Nothing was done"):
        country(text)


def test_a_country_file_that_names_no_difference_reads_what_it_always_read():
    assert all(each.renamed is None for each in read_of(country(), "tblInsuree").values())
    assert [*read_of(country(), "tblLocations")] == [
        each.name for each in TABLES["tblLocations"].columns
    ]


def test_a_column_that_a_fork_renamed_is_read_under_its_name_there():
    settings = country('[columns]\ntblClaim.VisitType = "visit_kind"\ntblHF.HFCode = "code"')

    assert read_of(settings, "tblClaim")["VisitType"].source_name == "visit_kind"
    assert read_of(settings, "tblClaim")["ClaimCode"].source_name == "ClaimCode"
    facilities = {each.name: each for each in selected_for_set_up(settings)["tblHF"]}
    assert facilities["HFCode"].source_name == "code"


def test_a_renamed_column_whose_field_is_dropped_is_not_read():
    settings = country('[columns]\ntblInsuree.Phone = "mobile"\n[privacy]\n"Phone number" = "drop"')

    assert "Phone" not in read_of(settings, "tblInsuree")


@pytest.mark.parametrize(("value", "dtype"), [("true", YES_NO), ("1", CODE), ('"Y"', TEXT)])
def test_a_deletion_flag_is_read_as_its_value_is_written(value: str, dtype: Any):
    settings = country(f"[not_current]\ntblInsuree.IsDeleted = {value}")

    flag = read_of(settings, "tblInsuree")["IsDeleted"]

    assert (flag.dtype, flag.required) == (dtype, True)
    assert "IsDeleted" not in read_of(settings, "tblFamilies")
