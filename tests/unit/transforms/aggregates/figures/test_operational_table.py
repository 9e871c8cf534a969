"""The table of openIMIS's operational indicators names figures and measures that there are."""

import re

from transforms.aggregates.figures.operational_table import (
    OPERATIONAL_INDICATORS,
    OperationalIndicator,
)
from transforms.aggregates.figures.table import FIGURE_BY_KEY
from transforms.aggregates.tables.ratios import RATIOS
from transforms.package.tables.indicators import INDICATORS, NOT_COMPUTED
from transforms.package.tables.program_indicators import MEASURES

IN_BRACKETS = re.compile(r"\[([^]]+)]")


def named(row: OperationalIndicator) -> set[str]:
    return set(IN_BRACKETS.findall(row.figures)) | {
        key for key in IN_BRACKETS.findall(row.note) if "_" in key
    }


def test_every_indicator_of_openimis_is_there_once():
    codes = [row.code for row in OPERATIONAL_INDICATORS if row.code]

    expected = [f"P{number}" for number in range(1, 13)] + [f"D{number}" for number in range(1, 10)]
    assert codes == expected


def test_every_formula_is_an_indicator_that_set_up_makes():
    """Of a figure alone there is a data element: of what is divided, an indicator."""
    made = {f"{_bracketed(row.numerator)} / {row.denominator}" for row in RATIOS}
    promised = {
        formula
        for row in OPERATIONAL_INDICATORS
        for formula in row.figures.split(", ")
        if "/" in formula
    }

    assert promised - made == set()
    assert {"D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9"} <= {
        row.code for row in OPERATIONAL_INDICATORS if set(row.figures.split(", ")) <= made
    }


def _bracketed(numerator: str) -> str:
    return f"({numerator})" if " " in numerator else numerator


def test_every_indicator_is_computed_of_figures_that_there_are():
    assert all(row.figures for row in OPERATIONAL_INDICATORS)
    assert {key for row in OPERATIONAL_INDICATORS for key in named(row)} <= FIGURE_BY_KEY.keys()


def test_what_is_computed_of_persons_is_a_measure_or_an_indicator_of_the_package():
    there = {f"[{measure.key}]" for measure in MEASURES} | {row.key for row in INDICATORS}

    assert {row.tracker for row in OPERATIONAL_INDICATORS if row.tracker} <= there


def test_what_dhis2_cannot_compute_of_persons_is_a_figure_of_months():
    without = {row.code for row in OPERATIONAL_INDICATORS if row.code and not row.tracker}

    assert without == {code for code, _, _ in NOT_COMPUTED if code}
