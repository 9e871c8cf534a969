"""Independent units of work, one a partition: one after another, or several at once.

A unit reads and writes files of its own partition, and takes no lock: the flow holds the target's.
So it may be done in a thread, in another process or on another machine that sees the same staging
folder, and once more where it was cut short.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

R = TypeVar("R")


def nobody() -> None:
    """Tell nobody."""


def counted(result: R, count: Callable[[], None]) -> R:
    """Return a result, after `count` was called for it."""
    count()
    return result


class Units:
    """Does units of work in this process.

    Args:
        at_once: How many at the same time; each takes the memory of a partition.
    """

    def __init__(self, at_once: int = 1) -> None:
        self._at_once = at_once

    def run(
        self, work: Callable[[int], R], numbers: Iterable[int], count: Callable[[], None] = nobody
    ) -> list[R]:
        """Do a unit of work for each partition, and return the results in their order.

        Args:
            work: What is done for a partition.
            numbers: The partitions.
            count: Called each time that one more is done.

        Raises:
            Exception: What the first unit that failed has raised; units that wait are not begun.
        """
        if self._at_once == 1:
            return [counted(work(number), count) for number in numbers]
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="partition") as threads:
            units = [threads.submit(work, number) for number in numbers]
            try:
                return [counted(unit.result(), count) for unit in units]
            finally:
                threads.shutdown(cancel_futures=True)


ONE_BY_ONE = Units()
