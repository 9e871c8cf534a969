"""Memory does not grow with the scheme."""

from pathlib import Path

import pytest

from tests.benchmarks.desired import MOST_TIMES_MEMORY, cost_at

pytestmark = pytest.mark.large


def test_four_times_as_many_insurees_need_as_much_memory(tmp_path: Path):
    few, many = (cost_at(tmp_path, people).mebibytes for people in (50_000, 200_000))

    assert many / few <= MOST_TIMES_MEMORY
