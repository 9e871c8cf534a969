"""What set-up makes of payments: nothing of what the country file does not ask for."""

from typing import Any

import pytest

from tests.support.builders import register
from transforms.model.desired import known_options
from transforms.openimis.country import Country, Root
from transforms.package.metadata import package

ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
OF_CONTRIBUTIONS = {"Contribution amount", "Contribution pay type", "Contribution payer type"}
OF_FUNDING = {"Funding amount", "Funding payer type"}


def made(**asked: bool) -> dict[str, Any]:
    country = Country(root=ROOT, **asked)  # type: ignore[arg-type]
    return package(known_options(register(), country).collect(), country)


def names(payload: dict[str, Any], kind: str) -> set[str]:
    return {row["name"] for row in payload[kind]}


def objects(payload: dict[str, Any]) -> set[tuple[str, str]]:
    return {(kind, row["id"]) for kind, rows in payload.items() for row in rows}


@pytest.mark.parametrize(
    ("asked", "elements", "stages", "sets"),
    [
        ({}, set(), set(), set()),
        ({"contributions": True}, OF_CONTRIBUTIONS, {"Contribution"}, {"Pay type", "Payer type"}),
        ({"funding": True}, OF_FUNDING, {"Funding"}, {"Payer type"}),
        (
            {"contributions": True, "funding": True},
            OF_CONTRIBUTIONS | OF_FUNDING,
            {"Contribution", "Funding"},
            {"Pay type", "Payer type"},
        ),
    ],
)
def test_a_country_gets_what_it_asks_for(
    asked: dict[str, bool], elements: set[str], stages: set[str], sets: set[str]
):
    found, silent = made(**asked), made()

    for kind, expected in (("dataElements", elements), ("programStages", stages)):
        assert names(found, kind) - names(silent, kind) == expected
    assert names(found, "optionSets") - names(silent, "optionSets") == sets
    assert objects(silent) <= objects(found)


@pytest.mark.parametrize("word", ["ontribution", "unding", "Pay type", "Payer"])
def test_nothing_of_a_country_that_says_nothing_is_called_so(word: str):
    named = [row.get("name", "") for rows in made().values() for row in rows]

    assert not [name for name in named if word in name]


def test_a_program_of_nobody_has_neither_type_of_person_nor_attributes():
    [program] = [row for row in made(funding=True)["programs"] if row["id"] == "xB6Q2acQejV"]

    assert program["programType"] == "WITHOUT_REGISTRATION"
    assert program.keys().isdisjoint({"trackedEntityType", "programTrackedEntityAttributes"})
    assert program["programStages"] == [{"id": "EPFYYYVuiSw"}]


def test_contributions_are_shown_whole_by_product_by_pay_type_and_by_payer():
    found = {
        row["name"]
        for row in made(contributions=True)["programIndicators"]
        if row["name"].startswith("Contributions collected")
    }

    assert {
        "Contributions collected",
        "Contributions collected (Product: BCUL0001 Basic Cover Ultha)",
        "Contributions collected (Pay type: Cash)",
        "Contributions collected (Payer: Government)",
    } <= found
