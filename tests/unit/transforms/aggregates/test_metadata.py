"""What set-up makes for figures: within DHIS2's limits, and with names that are theirs alone."""

from collections import Counter
from math import prod

import pytest

from transforms.aggregates.category_options import check_limits
from transforms.aggregates.elements import chosen_figures
from transforms.aggregates.figures.categories import CATEGORIES, UNKNOWN
from transforms.aggregates.figures.table import FIGURE_BY_KEY, FIGURES
from transforms.aggregates.metadata import aggregate_objects
from transforms.aggregates.tables.ratios import RATIOS
from transforms.aggregates.tables.relations import JOURNEYS, RELATIONS
from transforms.core.errors import CountryError
from transforms.openimis.country import Country, country_of

CONTENT = {
    "root": {"uid": "ImspTQPwCqd", "name": "Country", "short_name": "Country"},
    "mode": "aggregate",
    "service_groups": {"anc": {"name": "ANC", "codes": ["A1"]}},
}


def a_country(**aggregates: object) -> Country:
    return country_of(CONTENT | {"aggregates": aggregates}, "country.toml")


def options(products: int) -> dict[str, list[tuple[str, str]]]:
    """Return the options of a country with so many products, and one group of services."""
    listed = [
        (f"P{n}", f"P{n} Cover of a product with quite a long name {n}") for n in range(products)
    ]
    own = {"product": [*listed, (UNKNOWN, "Unknown")], "code_group": [("anc", "ANC")]}
    fixed = {key: list(each.options) for key, each in CATEGORIES.items() if each.options}
    return fixed | own


def test_all_figures_of_a_country_with_a_dozen_products_are_within_the_limits() -> None:
    check_limits(FIGURES, options(12))


def test_too_many_products_are_refused_with_a_sentence() -> None:
    with pytest.raises(CountryError, match="'Insurance product' would have 61 options"):
        check_limits(FIGURES, options(60))
    with pytest.raises(CountryError, match=r"The figure insured \(.*\) would have .* takes 500"):
        check_limits(FIGURES, options(40))


def test_no_two_objects_of_a_class_have_one_name_or_code() -> None:
    made = aggregate_objects(options(12), a_country())

    for kind in ("categoryOptions", "categories", "categoryCombos", "dataElements", "dataSets"):
        for name in ("id", "name", "shortName", "code"):
            counts = Counter(row[name] for row in made[kind] if name in row)
            assert [each for each, count in counts.items() if count > 1] == [], (kind, name)
        assert all(len(row.get("shortName", "")) <= 50 for row in made[kind])
        assert all(len(row.get("code", "")) <= 50 for row in made[kind])


def test_zeros_count_and_no_object_is_of_the_tracker() -> None:
    made = aggregate_objects(options(2), a_country())

    assert all(row["zeroIsSignificant"] for row in made["dataElements"])
    assert {row["domainType"] for row in made["dataElements"]} == {"AGGREGATE"}
    assert made.keys().isdisjoint({"programs", "trackedEntityTypes", "optionSets"})


def test_only_what_the_country_names_is_made() -> None:
    made = aggregate_objects(options(2), a_country(figures=["claims"]))

    assert [row["name"] for row in made["dataElements"]] == ["Claims (openIMIS)"]
    assert len(made["dataSets"]) == 1
    sizes = {row["id"]: len(row["categoryOptions"]) for row in made["categories"]}
    assert [
        prod(sizes[category["id"]] for category in row["categories"])
        for row in made["categoryCombos"]
    ] == [3 * 6]


def test_a_figure_that_there_is_not_is_refused() -> None:
    with pytest.raises(CountryError, match="names clams, which no figure is called"):
        chosen_figures(a_country(figures=["clams"]))


def test_without_groups_no_figure_of_groups_is_sent() -> None:
    country = country_of(CONTENT | {"service_groups": {}}, "country.toml")

    assert not any("code_group" in each.categories for each in chosen_figures(country))


def test_sums_and_ratios_are_of_figures_and_categories_that_there_are() -> None:
    summands = [each for of in RELATIONS for each, _ in of.sides]

    for each in summands:
        assert set(each.only) <= set(FIGURE_BY_KEY[each.figure].categories)
        for key, codes in each.only.items():
            assert set(codes) <= {code for code, _ in CATEGORIES[key].options or ()}
    for of in RELATIONS:
        for each, _ in of.sides:
            assert set(of.by) <= set(FIGURE_BY_KEY[each.figure].categories)
    for of in (*RELATIONS, *JOURNEYS):
        assert of.figures <= FIGURE_BY_KEY.keys()
    assert {
        key for row in RATIOS for key in (row.numerator, row.denominator)
    } <= FIGURE_BY_KEY.keys()
