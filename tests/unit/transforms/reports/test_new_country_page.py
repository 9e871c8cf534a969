"""A new country file says what was found, and is a country file whatever that was."""

import tomllib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from transforms.openimis.country import Country, country_of
from transforms.reports.new_country_page import FoundCountry, new_country_page

EMPTY = FoundCountry(
    "scheme", "ministry", date(2026, 11, 29), "iso8601", [], {}, 0, [("R1", "North")], []
)
ROOT = {"id": "ImspTQPwCqd", "name": "Sierra Leone", "shortName": "SL", "code": "OU_525"}


def code(section: str, value: str, rows: int) -> dict[str, Any]:
    return {"column": "", "section": section, "value": value, "rows": rows}


def country(found: FoundCountry) -> Country:
    return country_of(tomllib.loads(new_country_page(found)), "new.toml")


def test_of_an_empty_dhis2_the_root_is_to_be_named_and_all_else_is_usual() -> None:
    page = new_country_page(EMPTY)

    assert "set-up makes it. Give it the country's name." in page
    assert '#   "R1"  North' in page
    assert country(EMPTY).levels.ward == "Ward or health facility"
    assert not country(EMPTY).regions


def test_root_levels_and_calendar_are_those_of_dhis2() -> None:
    found = replace(
        EMPTY, roots=[ROOT], levels={1: "National", 2: "Province"}, calendar="nepali", org_units=9
    )

    read = country(found)

    assert (read.root.uid, read.root.name, read.root.code) == (
        "ImspTQPwCqd",
        "Sierra Leone",
        "OU_525",
    )
    assert (read.levels.country, read.levels.region) == ("National", "Province")
    assert read.dhis2.calendar == "nepali"
    assert "DHIS2 has 9 org units already." in new_country_page(found)


def test_several_roots_are_named_to_choose_from() -> None:
    other = {"id": "Zzzzzzzzzzz", "name": "Another"}

    page = new_country_page(replace(EMPTY, roots=[ROOT, other]))

    assert "ImspTQPwCqd Sierra Leone, Zzzzzzzzzzz Another" in page


def test_legal_forms_and_levels_of_facilities_are_counted_and_unknown_ones_are_named() -> None:
    codes = [code("facility_ownership", "G", 40), code("facility_ownership", "X", 3)]

    page = new_country_page(replace(EMPTY, codes=codes))

    assert 'public = ["D", "G"]   # D: 0 facilities, G: 40 facilities' in page
    assert '# Nothing says what "X" means (3 facilities): add it to a group.' in page


def test_a_visit_type_of_its_own_is_to_be_mapped_once_the_sign_is_taken_away() -> None:
    codes = [code("values.visit_type", "I", 34), code("values.visit_type", "E", 900)]

    page = new_country_page(replace(EMPTY, codes=codes))

    assert '# "I" = "Emergency"   # 34 rows' in page
    assert '# "E"' not in page
    mapped = page.replace("# [values.visit_type]", "[values.visit_type]")
    mapped = mapped.replace('# "I" =', '"I" =')
    assert country_of(tomllib.loads(mapped), "new.toml").values["visit_type"] == {"I": "Emergency"}


@pytest.mark.parametrize("name", ['A "quoted" \\ name', "Line\nbreak", "Côte d'Ivoire", "#"])
def test_no_name_breaks_the_file(name: str) -> None:
    found = replace(EMPTY, roots=[{"id": "ImspTQPwCqd", "name": name}], regions=[("R\n1", name)])

    assert country(found).root.name == name
