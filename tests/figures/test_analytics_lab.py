"""The evaluator says what four DHIS2 servers said of a small population, right and wrong forms.

271 program indicators and 27 indicators, each for 36 months, 12 quarters and 3 years at 11 org
units: 561 cells. A cell agrees where both have the same figure, or neither has one.
"""

from functools import cache

import pytest

from tests.figures import lab
from tests.figures.constructs import constructs
from tests.figures.evaluator import UnprovenError, figures
from tests.figures.expressions import parsed
from tests.figures.ratios import parts_of, ratios, yearly_figures
from tests.figures.tracker import Period, period
from tests.figures.unproven import DIFFERENT, UNPROVEN

YEARS = (2023, 2024, 2025)
PERIODS: tuple[Period, ...] = tuple(
    period(f"{year}{part}")
    for year in YEARS
    for part in (
        "",
        *(f"Q{quarter}" for quarter in range(1, 5)),
        *(f"{m:02}" for m in range(1, 13)),
    )
)
CELLS = 11 * len(PERIODS)
CLOSE = 0.006
"""The servers rounded to two digits."""

Figures = dict[tuple[str, str], float]
LIKE_2_42 = {"2.40": "2.42", "2.41": "2.42"}
"""The evaluator makes no difference between these."""


@cache
def population():
    return lab.population()


@cache
def lacked() -> frozenset[str]:
    """The attributes that somebody in the lab does not have."""
    people = population().people
    return frozenset(name for name in people.columns if people[name].null_count())


@cache
def computed(version: str) -> dict[str, Figures | None]:
    """Code to what the evaluator says; None where it refuses."""
    return {
        code: _computed(indicator, version) for code, indicator in lab.program_indicators().items()
    }


def _computed(indicator, version: str) -> Figures | None:
    try:
        frame = figures(indicator, population(), PERIODS, version)
    except UnprovenError:
        return None
    return cells(frame)


def cells(frame) -> Figures:
    keys = lab.unit_keys()
    return {(period, keys[unit]): value for period, unit, value in frame.iter_rows()}


def agreeing(computed: Figures | None, answered: Figures | str) -> int:
    """In how many cells both say the same; all where both refuse."""
    if computed is None or isinstance(answered, str):
        return CELLS if computed is None and isinstance(answered, str) else 0
    differing = [
        cell
        for cell in computed.keys() | answered.keys()
        if abs(computed.get(cell, 10**9) - answered.get(cell, 10**9)) > CLOSE
    ]
    return CELLS - len(differing)


@cache
def agreements(version: str) -> dict[str, int]:
    """Code of a program indicator to in how many cells evaluator and server agree."""
    answers, found = lab.answers(version), computed(LIKE_2_42.get(version, version))
    return {code: agreeing(figures, answers[code]) for code, figures in found.items()}


def test_the_evaluator_says_what_four_servers_said():
    agreed = sum(sum(agreements(version).values()) for version in lab.VERSIONS)

    assert (agreed, len(lab.program_indicators()) * len(lab.VERSIONS) * CELLS) == (594_309, 608_124)


@pytest.mark.parametrize("version", lab.VERSIONS)
def test_where_evaluator_and_server_differ_it_is_said_why(version: str):
    differing = {code for code, count in agreements(version).items() if count < CELLS}

    assert differing <= set(DIFFERENT)


def test_what_is_listed_as_different_differs_somewhere():
    program_indicators = {code for code in DIFFERENT if not code.startswith("indicator:")}

    differing = {
        code
        for version in lab.VERSIONS
        for code, count in agreements(version).items()
        if count < CELLS
    }

    assert differing == program_indicators


@pytest.mark.parametrize("version", lab.VERSIONS)
def test_indicators_are_computed_of_rounded_parts_as_servers_did(version: str):
    answers, indicators = lab.answers(version), lab.indicators()
    parts = _parts(version)

    differing = {
        code
        for code, indicator in indicators.items()
        if agreeing(
            cells(ratios(indicator, lab.factors()[indicator["indicatorType"]["id"]], parts)),
            answers[code],
        ) < CELLS
    }  # fmt: skip

    assert len(indicators) == 27
    assert differing <= {code for code in DIFFERENT if code.startswith("indicator:")}


def _parts(version: str):
    """Figures of the program indicators and population elements that indicators name."""
    trees = [
        parsed(each[side])
        for each in lab.indicators().values()
        for side in ("numerator", "denominator")
    ]
    named = {part.uid for tree in trees for part in parts_of(tree)}
    program_indicators = {each["id"]: each for each in lab.program_indicators().values()}
    years, ids = lab.population_figures(), [each.id for each in PERIODS]
    return {
        uid: figures(program_indicators[uid], population(), PERIODS, version)
        if uid in program_indicators
        else yearly_figures(
            years.filter(dataElement=uid).drop("dataElement"), population().ancestors, ids
        )
        for uid in named
    }


@cache
def proven() -> frozenset[str]:
    """The constructs of indicators that agree in all cells of all versions, and have figures."""
    return frozenset(
        construct
        for code, indicator in lab.program_indicators().items()
        if (computed("2.42")[code] or computed("2.43")[code])
        and all(agreements(version)[code] == CELLS for version in lab.VERSIONS)
        for construct in constructs(indicator, population().types, lacked())
    )


@cache
def tried() -> frozenset[str]:
    """The constructs of the lab."""
    return frozenset(
        construct
        for indicator in lab.program_indicators().values()
        for construct in constructs(indicator, population().types, lacked())
    )


def test_nothing_is_called_unproven_that_servers_have_proven():
    assert not proven() & UNPROVEN.keys()


def test_every_construct_of_the_lab_is_proven_or_called_unproven():
    assert tried() - proven() - UNPROVEN.keys() == set()
