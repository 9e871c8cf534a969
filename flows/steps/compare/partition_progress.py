"""How many partitions a transform has computed and compared, as who watches it is told."""

from flows.steps.shared.runner import PLAIN, Runner
from transforms.reports.progress import transform_progress


class PartitionProgress:
    """Counts the partitions of one attempt; each is computed, and then compared.

    A partition that is as it was before is done, and takes no time: no rate counts it.
    """

    def __init__(self, runner: Runner = PLAIN) -> None:
        self._runner = runner
        self._partitions = self._computed = self._compared = 0
        self._done = self._rest = 0

    def compute(self, partitions: int, as_before: int) -> None:
        """Begin to compute all partitions but those that are as before."""
        self._partitions, self._computed, self._compared = partitions, as_before, 0
        self._rest = partitions - as_before + partitions
        self._show()

    def compare(self, partitions: int, numbers: int) -> None:
        """Begin to compare so many of all partitions, for the first time or once more."""
        self._partitions = self._computed = partitions
        self._compared, self._rest = partitions - numbers, numbers
        self._show()

    def count_computed(self) -> None:
        """Note that one more is computed."""
        self._computed += 1
        self._count()

    def count_compared(self) -> None:
        """Note that one more is compared."""
        self._compared += 1
        self._count()

    def _count(self) -> None:
        self._done, self._rest = self._done + 1, self._rest - 1
        self._show()

    def _show(self) -> None:
        counts = (self._computed, self._compared, self._partitions)
        self._runner.show_progress(transform_progress(*counts, self._done, self._rest))
