"""Independent units of work: several at once, in their order, and none after one that failed."""

import threading
import time

import pytest

from flows.steps.shared.units import Units


def test_results_come_in_the_order_of_the_numbers():
    def work(number: int) -> int:
        time.sleep(0.02 * (3 - number))
        return number * 10

    assert Units(3).run(work, range(3)) == Units().run(work, range(3)) == [0, 10, 20]


@pytest.mark.parametrize("at_once", [1, 2])
def test_each_unit_that_is_done_is_counted(at_once: int):
    done = list[None]()

    Units(at_once).run(lambda number: number, range(5), lambda: done.append(None))

    assert len(done) == 5


def test_as_many_units_are_at_work_as_the_setting_says():
    together = threading.Barrier(2, timeout=10)

    assert Units(2).run(lambda number: together.wait() >= 0, range(4)) == [True] * 4


@pytest.mark.parametrize("at_once", [1, 2])
def test_what_a_unit_raises_is_raised_and_units_that_wait_are_not_begun(at_once: int):
    begun = list[int]()

    def work(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise ValueError("The first fails.")
        time.sleep(0.2)

    with pytest.raises(ValueError, match="The first fails"):
        Units(at_once).run(work, range(20))

    assert len(begun) < 5
