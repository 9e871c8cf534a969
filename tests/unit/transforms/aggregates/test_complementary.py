"""Of what is kept back for a small cell, none is far from it, and none is needless."""

from collections.abc import Mapping

import polars as pl

from transforms.aggregates.complementary import cells_to_withhold
from transforms.aggregates.relations import Journeys, equations_of_journeys
from transforms.aggregates.solutions import PRIME, Solutions


def withheld(sums: list[Mapping[int, int]], small: set[int], values: list[float]) -> set[int]:
    """Return what is kept back besides small cells; nothing is in DHIS2 yet."""
    rows = [(f"sum {n}", cell, sign) for n, each in enumerate(sums) for cell, sign in each.items()]
    terms = pl.DataFrame(rows, schema=["equation", "cell", "sign"], orient="row")
    return cells_to_withhold(terms, small, [(False, value) for value in values]) - small


def test_the_smallest_of_the_sum_by_which_a_small_cell_follows_is_kept_back() -> None:
    """Cell 3 is smaller, and hangs together with the small one; it hides nothing."""
    sums = [{0: 1, 1: 1, 2: 1}, {0: 1, 4: 1, 3: 1}]

    assert withheld(sums, {0, 4}, [2, 30, 20, 10, 2]) == {2}


def test_one_that_hides_two_small_cells_is_kept_back_alone() -> None:
    sums = [{0: 1, 2: 1, 3: 1}, {1: 1, 2: 1, 4: 1}]

    assert withheld(sums, {0, 1}, [2, 2, 50, 20, 20]) == {2}


def test_one_that_would_follow_itself_is_not_kept_back_where_another_would_not() -> None:
    """The smaller one, 1, is in a sum of its own with a cell that is sent."""
    sums = [{0: 1, 1: 1, 2: 1}, {1: 1, 3: 1}]

    assert withheld(sums, {0}, [2, 10, 20, 10]) == {2}


def test_a_small_cell_that_hangs_on_nothing_that_is_sent_costs_nothing() -> None:
    assert (
        withheld([{0: 1}, {1: 1, 2: 1, 3: 1}, {0: 1, 1: 1, 2: 1}], {0, 1, 2}, [2, 2, 2, 9]) == set()
    )


def test_the_equations_are_named_by_which_a_cell_follows() -> None:
    """0 + 1, 1 - 2 and 2 + 0 are known; so is 0, by all three: (0 + 1) - (1 - 2) - ... ."""
    solutions = Solutions({7: {0: 1, 1: 1}, 8: {1: 1, 2: 1}, 9: {2: 1, 0: 1}, 10: {3: 1, 4: 1}})

    found = solutions.told_by(0)

    half = pow(2, -1, PRIME)
    sign = found[7] * pow(half, -1, PRIME) % PRIME  # either way round
    assert {number: value * 2 * sign % PRIME for number, value in found.items()} == {
        7: 1, 8: PRIME - 1, 9: 1,
    }  # fmt: skip
    assert {each for each, value in solutions.at_random().items() if not value} == {0, 1, 2}


def test_what_districts_between_which_people_go_have_by_home_and_by_facility_is_one_sum() -> None:
    rows = [
        ("home", "north"), ("home", "south"), ("home", "west"), ("away", "north"),
        ("here", "north"), ("here", "south"), ("here", "south"),
    ]  # fmt: skip
    cells = pl.DataFrame(rows, schema=["figure", "district"], orient="row").with_row_index("cell")
    named = cells.with_columns(period=pl.lit("202601"), place="district")

    found = equations_of_journeys(named, [Journeys("home", "away", "here")])

    sums = {
        frozenset(group.select("cell", "sign").iter_rows())
        for _, group in found.group_by("equation")
    }
    assert sums == {
        frozenset({(0, 1), (3, -1), (4, -1)}),  # who lives in the north, and stays there
        frozenset({(1, 1), (3, 1), (5, -1), (6, -1)}),  # who lives in the south, or comes there
        frozenset({(2, 1)}),  # the west has no facility, and nobody of it is treated
    }
