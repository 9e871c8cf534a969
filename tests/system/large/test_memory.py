"""Memory does not grow with the scheme."""

from pathlib import Path

import pytest

from tests.benchmarks.day import Measure, measure
from tests.benchmarks.desired import MOST_TIMES_MEMORY, cost_at


@pytest.mark.large
@pytest.mark.ci
def test_four_times_as_many_insurees_need_as_much_memory(tmp_path: Path):
    few, many = (cost_at(tmp_path, people).mebibytes for people in (50_000, 200_000))

    assert many / few <= MOST_TIMES_MEMORY


@pytest.mark.hours
def test_no_stage_of_a_day_needs_more_memory_for_four_times_as_many_insurees() -> None:
    few, many = (peaks_of(measure(people)) for people in (50_000, 200_000))

    assert {
        each: many[each] / few[each] for each in few if many[each] > few[each] * MOST_TIMES_MEMORY
    } == {}


def peaks_of(measures: list[Measure]) -> dict[tuple[str, str], float]:
    """Return day and stage → peak of memory."""
    return {(each.day, each.stage): each.mebibytes for each in measures}
