"""Of which periods figures are sent."""

import datetime as dt

import pytest

from transforms.aggregates.figures.periods import period_of
from transforms.aggregates.periods import (
    beside_others,
    open_periods,
    reckoned_periods,
    sent_periods,
)
from transforms.openimis.aggregate_settings import Aggregates


def ids(found: list[object]) -> list[str]:
    return [each.id for each in found]  # type: ignore[attr-defined]


def test_the_newest_months_that_have_ended_are_open() -> None:
    found = open_periods(dt.date(2026, 2, 28), Aggregates())

    assert ids([*found]) == ["202511", "202512", "202601"]


@pytest.mark.parametrize(("day", "last"), [("2026-03-31", "2025Q4"), ("2026-04-01", "2026Q1")])
def test_a_quarter_is_sent_once_it_has_ended(day: str, last: str) -> None:
    settings = Aggregates(frequency="quarterly", open_periods=2)

    assert ids([*open_periods(dt.date.fromisoformat(day), settings)])[-1] == last


def test_earlier_periods_are_sent_since_the_first() -> None:
    settings = Aggregates(open_periods=1, since="202510")

    assert ids([*sent_periods(dt.date(2026, 1, 5), settings)]) == ["202510", "202511", "202512"]


def test_open_periods_are_sent_though_they_begin_before_the_first() -> None:
    settings = Aggregates(open_periods=3, since="202512")

    assert ids([*sent_periods(dt.date(2026, 1, 5), settings)]) == ["202510", "202511", "202512"]


def test_the_period_before_those_that_are_sent_is_reckoned_too() -> None:
    found = reckoned_periods(dt.date(2026, 1, 5), Aggregates(open_periods=2))

    assert ids([*found]) == ["202510", "202511", "202512"]


def test_no_quarter_is_sent_beside_months_that_dhis2_has_nor_next_to_them() -> None:
    """October and November less the quarter are December; its last day is the next one's first."""
    quarters = [period_of(f"2025Q{number}") for number in range(1, 5)]

    assert beside_others(quarters, ["202508"]) == {"2025Q3"}
    assert beside_others(quarters, ["202504", "202509"]) == {"2025Q1", "2025Q2", "2025Q3", "2025Q4"}
    assert beside_others(quarters, ["202408", "2025Q2"]) == frozenset()


def test_no_month_is_sent_beside_a_quarter_that_dhis2_has_nor_next_to_it() -> None:
    months = [period_of(f"2025{number:02d}") for number in range(1, 13)]

    assert beside_others(months, ["2025Q2"]) == {"202503", "202504", "202505", "202506", "202507"}
