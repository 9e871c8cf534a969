"""Nobody finds a small cell: not by all sums that can be made of everything that is sent.

People are made at random, with claims of two months. Figures count them by place and district,
divided otherwise. An attacker who knows none of our code writes down an equation for every two
figures that count the same, and solves all of them at once, in fractions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

import polars as pl
import pytest

from transforms.aggregates.figures.categories import CATEGORIES
from transforms.aggregates.figures.table import Figure
from transforms.aggregates.relations import DISTRICT, PLACE, Relation, Summands
from transforms.aggregates.solutions import Solutions
from transforms.aggregates.suppression import SMALL, with_reasons

SMALLEST = 5
DISTRICTS = {"north": ("clinic", "hospital", "post"), "south": ("centre", "station")}
VALUES = {
    "product": ("basic", "whole"),
    "sex": ("female", "male"),
    "claim_status": ("entered", "rejected"),
    "visit_type": ("emergency", "other"),
    "age_band": ("young", "old"),
}


def figure(key: str, place: Any, *categories: str, personal: bool = True) -> Figure:
    return Figure(key, key, key, "count", place, categories, personal=personal)


FIGURES = (
    figure("claims_by_status", "facility", "product", "claim_status"),
    figure("claims_by_visit", "facility", "product", "visit_type"),
    figure("claims_by_age", "facility", "age_band", "sex"),
    figure("claims_of_districts", "district", "product"),
    figure("claims_of_women", "facility", "product"),
)
ONLY = {"claims_of_women": ("sex", "female")}
RELATED = (
    ("claims_by_status", "claims_by_visit", ("product",), PLACE),
    ("claims_by_status", "claims_by_age", (), PLACE),
    ("claims_by_visit", "claims_by_age", (), PLACE),
    ("claims_by_status", "claims_of_districts", ("product",), DISTRICT),
    ("claims_by_visit", "claims_of_districts", ("product",), DISTRICT),
    ("claims_by_age", "claims_of_districts", (), DISTRICT),
)
OF_WOMEN = Summands("claims_by_age", {"sex": ("female",)})
RELATIONS = (
    *(
        Relation((Summands(one),), (Summands(other),), by, place)
        for one, other, by, place in RELATED
    ),
    Relation((OF_WOMEN,), (Summands("claims_of_women"),), (), PLACE),
)

Claim = dict[str, str]
Cell = tuple[str, str, str, tuple[str, ...]]
"""Figure, period, place, and the options of its categories."""
Equation = dict[Cell, int]


def claims(chance: Random) -> Iterator[Claim]:
    """Yield the claims of some people; several may be of one."""
    places = [(place, district) for district, inside in DISTRICTS.items() for place in inside]
    for number in range(chance.randint(20, 260)):
        person = {key: chance.choice(values) for key, values in VALUES.items()}
        place, district = chance.choice(places[: chance.randint(1, len(places))])
        for _ in range(chance.randint(1, 3)):
            yield person | {
                "person": str(number),
                "period": chance.choice(("202601", "202602")),
                "place": place,
                "district": district,
                "claim_status": chance.choice(VALUES["claim_status"]),
                "visit_type": chance.choice(VALUES["visit_type"]),
            }


def counts(of: Figure, claimed: Iterable[Claim]) -> dict[Cell, list[str]]:
    """Return each cell of a figure with the people of its claims."""
    found = defaultdict(list)
    key, only = ONLY.get(of.key, ("", ""))
    for claim in claimed:
        if key and claim[key] != only:
            continue
        place = claim["district" if of.place == "district" else "place"]
        options = tuple(claim[category] for category in of.categories)
        found[of.key, claim["period"], place, options].append(claim["person"])
    return found


def frame(cells: Mapping[Cell, list[str]]) -> pl.DataFrame:
    """Return the cells as the values of figures."""
    above = {place: name for name, inside in DISTRICTS.items() for place in inside}
    rows = []
    for (key, period, place, options), people in cells.items():
        of = next(each for each in FIGURES if each.key == key)
        rows.append(
            {
                "figure": key,
                "period": period,
                "place": place,
                "district": above.get(place, place),
                **dict.fromkeys(CATEGORIES, None),
                **dict(zip(of.categories, options, strict=True)),
                "value": len(people),
                "persons": len(set(people)),
            }
        )
    schema = dict.fromkeys(("figure", "period", "place", "district", *CATEGORIES), pl.String)
    return pl.DataFrame(rows, schema=schema | {"value": pl.Float64, "persons": pl.Int64}).sort(
        "place", "period", "figure", *CATEGORIES
    )


def sums(cells: Mapping[Cell, list[str]]) -> Iterator[Equation]:
    """Yield what an attacker knows: two figures, whatever divides them, count the same claims."""
    whole = [each for each in FIGURES if each.key not in ONLY]
    for one, other in combinations(whole, 2):
        shared = [key for key in one.categories if key in other.categories]
        same_place = one.place == other.place
        yield from _by_group(cells, (one, other), shared, same_place=same_place)
    women = next(each for each in FIGURES if each.key == "claims_of_women")
    by_age = next(each for each in FIGURES if each.key == "claims_by_age")
    yield from _by_group(cells, (by_age, women), [], same_place=True, only=("sex", "female"))


def _by_group(
    cells: Mapping[Cell, list[str]],
    pair: Sequence[Figure],
    shared: Sequence[str],
    *,
    same_place: bool,
    only: tuple[str, str] = ("", ""),
) -> Iterator[Equation]:
    above = {place: name for name, inside in DISTRICTS.items() for place in inside}
    groups: dict[Any, Equation] = defaultdict(dict)
    for sign, of in zip((1, -1), pair, strict=True):
        for cell in (each for each in cells if each[0] == of.key):
            _, period, place, options = cell
            named = dict(zip(of.categories, options, strict=True))
            if only[0] in named and named[only[0]] != only[1]:
                continue
            where = place if same_place else above.get(place, place)
            groups[period, where, *(named[key] for key in shared)][cell] = sign
    yield from groups.values()


def solved(equations: Iterable[Equation], unknown: set[Cell]) -> set[Cell]:
    """Return the unknown cells that a system determines: Gauss and Jordan, in fractions."""
    order = sorted(unknown)
    rows = [[Fraction(each.get(cell, 0)) for cell in order] for each in equations]
    pivots: list[tuple[int, int]] = []
    for column in range(len(order)):
        top = len(pivots)
        row = next((n for n in range(top, len(rows)) if rows[n][column]), None)
        if row is None:
            continue
        rows[top], rows[row] = rows[row], rows[top]
        rows[top] = [value / rows[top][column] for value in rows[top]]
        for n, other in enumerate(rows):
            if n != top and other[column]:
                times = other[column]
                rows[n] = [a - times * b for a, b in zip(other, rows[top], strict=True)]
        pivots.append((top, column))
    return {order[column] for row, column in pivots if sum(value != 0 for value in rows[row]) == 1}


def judged(claimed: Sequence[Claim], relations: Sequence[Relation]) -> tuple[set[Cell], set[Cell]]:
    """Return the cells that are kept back, and those of them that are small."""
    cells = {cell: people for each in FIGURES for cell, people in counts(each, claimed).items()}
    found = with_reasons(frame(cells), FIGURES, relations, SMALLEST)
    withheld, small = set(), set()
    for row in found.filter(pl.col("reason").is_not_null()).iter_rows(named=True):
        of = next(each for each in FIGURES if each.key == row["figure"])
        cell = (of.key, row["period"], row["place"], tuple(row[key] for key in of.categories))
        withheld.add(cell)
        if row["reason"] == SMALL:
            small.add(cell)
    return withheld, small


@pytest.mark.parametrize("seed", range(12))
def test_no_small_cell_follows_from_all_that_is_sent(seed: int) -> None:
    claimed = list(claims(Random(seed)))
    cells = {cell: people for each in FIGURES for cell, people in counts(each, claimed).items()}

    withheld, small = judged(claimed, RELATIONS)

    few = {cell for cell, people in cells.items() if len(set(people)) < SMALLEST}
    assert small == few
    assert solved(sums(cells), withheld) & small == set()


def test_without_more_cells_kept_back_small_ones_would_follow() -> None:
    """The attacker is one: where only small cells are kept back, some are found."""
    found = 0
    for seed in range(12):
        claimed = list(claims(Random(seed)))
        cells = {cell: people for each in FIGURES for cell, people in counts(each, claimed).items()}
        withheld, small = judged(claimed, ())
        assert withheld == small
        found += len(solved(sums(cells), withheld) & small)

    assert found > 50


@pytest.mark.parametrize("seed", range(10))
def test_most_of_what_is_not_small_is_sent(seed: int) -> None:
    claimed = list(claims(Random(seed)))
    cells = {cell: people for each in FIGURES for cell, people in counts(each, claimed).items()}

    withheld, small = judged(claimed, RELATIONS)

    assert len(withheld - small) <= 2 * len(small)
    assert len(withheld) <= len(cells)


@pytest.mark.parametrize("seed", range(10))
def test_what_is_determined_is_what_fractions_find(seed: int) -> None:
    chance = Random(seed)
    unknown = [("figure", "202601", "place", (str(n),)) for n in range(7)]
    system = [
        {cell: chance.choice((1, -1)) for cell in unknown if chance.random() < 0.4}
        for _ in range(chance.randint(2, 8))
    ]
    numbered = [{unknown.index(cell): sign for cell, sign in row.items()} for row in system]

    some = Solutions(dict(enumerate(numbered))).at_random()
    assert {unknown[n] for n, value in some.items() if not value} == solved(system, set(unknown))
