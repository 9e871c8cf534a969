"""What set-up makes for figures: within DHIS2's limits, and with names that are theirs alone."""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import prod

import pytest

from transforms.aggregates.category_options import check_limits
from transforms.aggregates.elements import chosen_figures, element_uid
from transforms.aggregates.figures.categories import CATEGORIES, UNKNOWN
from transforms.aggregates.figures.table import FIGURE_BY_KEY, FIGURES, Figure
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


def refused(figures: Sequence[Figure], products: int) -> str:
    with pytest.raises(CountryError) as refusal:
        check_limits(figures, options(products))
    return str(refusal.value)


def test_too_many_combinations_are_refused_with_the_figures_that_have_them() -> None:
    check_limits(FIGURES, options(24))

    said = refused(FIGURES, 25)

    of_people = "520 combinations of options (26 insurance product x 4 sex x 5 age)"
    assert f"insured, newly_insured, renewed: {of_people}, where DHIS2 takes 500 (E1128)" in said


def test_too_many_options_of_a_category_are_refused() -> None:
    said = refused([FIGURE_BY_KEY[key] for key in ("claims", "enrolled", "reimbursed")], 50)

    reason = "51 options of 'Insurance product', where DHIS2 takes 50 (E1127)"
    assert f"claims, reimbursed: {reason}." in said
    assert 'figures = ["enrolled"]' in said


def test_a_figure_of_more_than_five_categories_is_refused() -> None:
    keys = ("sex", "age_band", "poverty", "visit_type", "care_type", "pay_type")
    figure = Figure("wide", "Wide", "Of many categories.", "count", "district", keys)
    check_limits([replace(figure, categories=keys[:1])], options(1))

    said = refused([figure], 1)

    assert "wide: 6 categories, where DHIS2 takes 5 (E1126)." in said
    assert "name others in aggregates.figures" in said


@pytest.mark.parametrize("products", [25, 60])
def test_a_country_file_as_the_refusal_says_is_accepted(products: int) -> None:
    said = refused(chosen_figures(a_country()), products)
    written = tomllib.loads(re.search(r"figures = \[.*?]", said)[0])

    left = chosen_figures(a_country(**written))
    check_limits(left, options(products))
    assert len(left) > len(FIGURES) / 2


def test_no_two_objects_of_a_class_have_one_name_or_code() -> None:
    made = aggregate_objects(options(12), a_country())

    for kind in ("categoryOptions", "categories", "categoryCombos", "dataElements", "dataSets"):
        for name in ("id", "name", "shortName", "code"):
            counts = Counter(row[name] for row in made[kind] if name in row)
            assert [each for each, count in counts.items() if count > 1] == [], (kind, name)
        assert all(len(row.get("shortName", "")) <= 50 for row in made[kind])
        assert all(len(row.get("code", "")) <= 50 for row in made[kind])


def test_no_two_objects_of_a_class_and_no_two_items_of_a_dashboard_have_one_uid() -> None:
    made = aggregate_objects(options(12), a_country())

    items = [item for board in made["dashboards"] for item in board["dashboardItems"]]
    for rows in (items, *made.values()):
        counts = Counter(row["id"] for row in rows)
        assert [uid for uid, count in counts.items() if count > 1] == []


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
    assert {key for row in RATIOS for key in row.figures} <= FIGURE_BY_KEY.keys()


def indicators(smallest_cell: int = 0, frequency: str = "monthly") -> dict[str, tuple[str, str]]:
    """Return name of an indicator to numerator and denominator, as DHIS2 is given them."""
    privacy = {"smallest_cell": smallest_cell}
    content = CONTENT | {"privacy": privacy, "aggregates": {"frequency": frequency}}
    made = aggregate_objects(options(2), country_of(content, "country.toml"))
    return {row["name"]: (row["numerator"], row["denominator"]) for row in made["indicators"]}


def uid(figure: str, frequency: str = "monthly") -> str:
    return f"#{{{element_uid(FIGURE_BY_KEY[figure], frequency)}}}"


@pytest.mark.parametrize("frequency", ["monthly", "quarterly"])
def test_growth_is_of_the_policies_of_the_period_before(frequency: str) -> None:
    found = indicators(5, frequency)["Growth ratio (D3) (openIMIS figures)"]

    before = f"{uid('policies_in_force', frequency)}.periodOffset(-1)"
    assert found == (uid("policies_new", frequency), before)


def test_settlement_is_of_the_claims_that_are_not_rejected() -> None:
    found = indicators()["Settlement ratio (D5) (openIMIS figures)"]

    claims = uid("claims_of_care")
    assert found == (f"{claims} - {uid('rejected_of_care')}", claims)


def test_a_ratio_is_0_where_nothing_is_counted_only_if_no_small_cell_could_be_missing() -> None:
    name = "Covers not renewed (openIMIS figures)"
    dropped, due = uid("covers_dropped"), uid("covers_due")

    assert indicators(5)[name] == indicators(2)[name] == (dropped, due)
    assert indicators(1)[name] == indicators(0)[name] == (f"{dropped} + 0 * {due}", due)


@pytest.mark.parametrize(
    ("frequency", "shown"),
    [
        ("monthly", {"last12Months", "lastMonth"}),
        ("quarterly", {"last4Quarters", "lastQuarter"}),
    ],
)
def test_charts_show_periods_of_which_there_are_values(frequency: str, shown: set[str]) -> None:
    made = aggregate_objects(options(2), a_country(frequency=frequency))

    asked = [
        {name for name, is_asked in row["relativePeriods"].items() if is_asked}
        for row in made["visualizations"]
    ]
    assert set().union(*asked) == shown
    assert {len(each) for each in asked} == {1}
