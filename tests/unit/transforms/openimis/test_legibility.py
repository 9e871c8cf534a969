"""How much of a column may be unreadable before the run stops."""

import pytest

from transforms.openimis.country import Guards
from transforms.openimis.legibility import Legible

USUAL = Guards()


@pytest.mark.parametrize(
    ("unreadable", "values", "rows", "stops"),
    [
        pytest.param(100, 600, 600, False, id="a hundred of six hundred"),
        pytest.param(101, 600, 600, True, id="more than a hundred of six hundred"),
        pytest.param(101, 100_000, 100_000, False, id="one in a thousand"),
        pytest.param(10, 10, 10, False, id="all of ten"),
        pytest.param(11, 11, 11, True, id="all of eleven"),
        pytest.param(10, 11, 11, False, id="all but one"),
        pytest.param(11, 11, 1_000_000, False, id="all of a column that eleven rows fill"),
        pytest.param(11, 11, 219, True, id="all of a column that one row in twenty fills"),
        pytest.param(101, 101, 1_000_000, True, id="more than a hundred, and nothing else"),
    ],
)
def test_single_rows_stop_no_run_and_a_column_does(
    unreadable: int, values: int, rows: int, *, stops: bool
) -> None:
    assert Legible(unreadable, values, rows).exceeds(USUAL) is stops


def test_a_country_may_say_how_many_values_all_of_a_column_may_be() -> None:
    short_list = Legible(unreadable=11, values=11, rows=11)

    assert not short_list.exceeds(Guards(unreadable_all_count=11))
    assert Legible(unreadable=1, values=1, rows=1).exceeds(Guards(unreadable_all_count=0))
