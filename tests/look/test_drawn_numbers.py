"""A number on the screen that is not openIMIS's is told; what nothing is shown of is 0."""

from types import SimpleNamespace

import pytest

from tests.figures.tracker import period
from tests.look.dashboard_app import Item
from tests.look.drawn_numbers import Chart, drawn_of, number, otherwise

MONTHS = (period("202610"), period("202611"))
PERIODS = (MONTHS, period("2025"))
TABLE = Chart("PIVOT_TABLE", {"Entered claims": "uidOfClaims", "Rejection rate": "uidOfRate"})
NUMBER = Chart("SINGLE_VALUE", {"Entered claims": "uidOfClaims"})
CELLS = [
    ["", "October 2026", "November 2026"],
    ["Entered claims", "1 234", "70"],
    ["Rejection rate", "12.5", ""],
]
OPENIMIS = SimpleNamespace(
    of={
        "uidOfClaims": {"202610": 1234.0, "202611": 70.0},
        "uidOfRate": {"202610": 12.5},
    }.get
)


def an_item(cells: list[list[str]] = CELLS, texts: tuple[str, ...] = ()) -> Item:
    return Item("uid", "VISUALIZATION", "name", cells=cells, texts=list(texts))


def test_a_table_that_shows_what_openimis_says_is_right() -> None:
    drawn = drawn_of(an_item(), TABLE, *PERIODS)

    assert otherwise(drawn, OPENIMIS) == (4, [])


def test_each_number_that_openimis_says_otherwise_is_told_with_its_month() -> None:
    changed = [CELLS[0], ["Entered claims", "1 235", "70"], ["Rejection rate", "12.5", "3"]]

    assert otherwise(drawn_of(an_item(changed), TABLE, *PERIODS), OPENIMIS) == (
        4,
        [
            "Entered claims in 202610: 1235 is drawn, openIMIS says 1234",
            "Rejection rate in 202611: 3 is drawn, openIMIS says 0",
        ],
    )


def test_a_single_value_is_that_of_the_last_month() -> None:
    of_item = an_item([], ("Entered claims", "70"))
    nothing = an_item([], ())

    assert otherwise(drawn_of(of_item, NUMBER, *PERIODS), OPENIMIS) == (1, [])
    assert otherwise(drawn_of(nothing, NUMBER, *PERIODS), OPENIMIS)[1]


def test_a_table_may_have_the_months_in_its_rows() -> None:
    turned = [list(row) for row in zip(*CELLS, strict=True)]

    assert otherwise(drawn_of(an_item(turned), TABLE, *PERIODS), OPENIMIS) == (4, [])


def test_a_single_value_of_last_year_is_that_of_the_year() -> None:
    of_year = Chart("SINGLE_VALUE", {"Rejection rate": "uidOfRate"}, is_of_last_year=True)

    [drawn] = drawn_of(an_item([], ("6.8",)), of_year, *PERIODS)

    assert (drawn.period, drawn.value) == ("2025", 6.8)


def test_what_sql_knows_nothing_of_is_not_compared() -> None:
    other = Chart("SINGLE_VALUE", {"Enrollment rate": "uidOfPopulation"})

    assert otherwise(drawn_of(an_item([], ("9",)), other, *PERIODS), OPENIMIS) == (0, [])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 234 567", 1234567),
        ("12.5", 12.5),
        ("12.5%", 12.5),
        ("-3", -3),
        ("n/a", None),
        ("", None),
    ],
)
def test_a_number_is_read_as_dhis2_writes_it(text: str, value: float | None) -> None:
    assert number(text) == value
