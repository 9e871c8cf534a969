"""Groups of services that a country names by lists of codes, and the figures made of them."""

from typing import Any

import pytest

from tests.support.builders import register
from transforms.core.errors import CountryError
from transforms.core.metadata_uids import metadata_uid
from transforms.model.options import options
from transforms.openimis.country import Country, country_of
from transforms.package.metadata import package
from transforms.package.program_indicators import program_indicators, program_indicators_of
from transforms.package.service_groups import service_group_notes

ROOT = {"uid": "ImspTQPwCqd", "name": "Ultha", "short_name": "Ultha"}
SERVICE = "#{u7wtwsIJ3Dz.UWkyb5W46zn}"
OPTIONS = options(register(Services=[{"ServCode": "A1"}, {"ServCode": "B2"}])).collect()


def a_country(groups: dict[str, Any], **settings: Any) -> Country:
    return country_of({"root": ROOT, "service_groups": groups} | settings, "country.toml")


def group(*codes: str, name: str = "ANC visits") -> dict[str, Any]:
    return {"name": name, "codes": list(codes)}


def made(country: Country) -> dict[str, dict[str, Any]]:
    """Return the program indicators of groups: key to object."""
    rows = program_indicators_of(country, OPTIONS)
    objects = {each["id"]: each for each in package(OPTIONS, country)["programIndicators"]}
    return {row.key: objects[row.uid] for row in rows if ".service-group:" in row.key}


def test_a_group_has_four_figures_each_of_its_codes_alone():
    found = made(a_country({"anc": group("A1", "B2")}))

    assert {row["name"] for row in found.values()} == {
        "Claimed services (Lines) (ANC visits)",
        "Claimed services (Quantity) (ANC visits)",
        "Claimed services (Value) (ANC visits)",
        "Individuals with services (ANC visits)",
    }
    condition = f"({SERVICE} == 'A1' || {SERVICE} == 'B2')"
    assert all(row["filter"].endswith(f" && {condition}") for row in found.values())
    assert all(len(row["shortName"]) <= 50 for row in found.values())


def test_a_group_of_one_code_needs_no_brackets():
    [lines] = [row for key, row in made(a_country({"anc": group("A1")})).items() if "lines" in key]

    assert lines["filter"].endswith(f" && {SERVICE} == 'A1'")


def test_a_figure_keeps_its_uid_when_name_and_codes_of_its_group_change():
    before = made(a_country({"anc": group("A1")}))
    after = made(a_country({"anc": group("B2", "A1", name="Antenatal care")}))

    assert {key: row["id"] for key, row in before.items()} == {
        key: row["id"] for key, row in after.items()
    }
    key = "services-lines.service-group:anc"
    assert before[key]["id"] == metadata_uid(f"programIndicator:{key}")


def test_figures_of_groups_are_in_the_group_of_claims():
    country = a_country({"anc": group("A1")})
    uids = {row["id"] for row in made(country).values()}

    groups = package(OPTIONS, country)["programIndicatorGroups"]

    [claims] = [each for each in groups if each["name"] == "Claims program indicators"]
    assert uids <= {each["id"] for each in claims["programIndicators"]}


def test_a_country_without_groups_has_the_figures_of_before():
    assert program_indicators_of(a_country({}), OPTIONS) == program_indicators(OPTIONS)
    assert made(a_country({})) == {}
    assert list(service_group_notes(a_country({}), OPTIONS)) == []


def test_no_figure_is_made_where_services_are_not_sent_and_the_plan_says_so():
    country = a_country({"anc": group("A1")}, privacy={"Claimed service": "drop"})

    assert made(country) == {}
    [note] = service_group_notes(country, OPTIONS)
    assert "does not send 'Claimed service'" in note


def test_the_plan_says_what_is_made_and_which_codes_openimis_does_not_have():
    country = a_country({"anc": group("A1", "C3", "b2"), "births": group("B2", name="Births")})

    anc, births = service_group_notes(country, OPTIONS)
    assert anc.startswith("Service group 'ANC visits' (anc): 4 figures of 1 services.")
    assert anc.endswith("openIMIS has no service with the code C3, b2.")
    assert births == "Service group 'Births' (births): 4 figures of 1 services."


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ({"ANC": group("A1")}, "service_groups.ANC"),
        ({"anc": group()}, "service_groups.anc.codes"),
        ({"anc": group("A'1")}, "service_groups.anc.codes.0"),
        ({"anc": group(" ")}, "service_groups.anc.codes.0"),
        ({"anc": group("A1", "B2", "A1")}, "A1 is there twice"),
        ({"anc": group(*(f"C{number}" for number in range(101)))}, "at most 100"),
        ({"anc": group("A1"), "more": group("B2")}, "two groups have one name"),
        ({"anc": {"name": "ANC", "codes": ["A1"], "items": []}}, "service_groups.anc.items"),
    ],
)
def test_a_group_that_is_not_as_it_must_be_is_refused(groups: Any, told: str):
    with pytest.raises(CountryError, match=told):
        a_country(groups)
