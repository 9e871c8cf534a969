"""How many tables and rows an extract has read, as who watches it is told.

How many rows there are nobody asks openIMIS: to count them can take as long as to read them, where
a view stands for a table. The last snapshot says how many there were.
"""

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from flows.steps.shared.runner import Runner
from transforms.reports.progress import extract_progress


class TableProgress:
    """Counts what is read of some tables.

    Args:
        runner: Shows how far it is.
        tables: How many are read.
        before: Table name to its rows in the last snapshot; empty if there is none.
    """

    def __init__(self, runner: Runner, tables: int, before: Mapping[str, int]) -> None:
        self._runner = runner
        self._tables, self._read, self._rows = tables, 0, 0
        self._left = dict(before) if before else None

    def count_batches(
        self, table: str, batches: Iterable[pa.RecordBatch]
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a table as they come, and count them."""
        for batch in batches:
            self._rows += len(batch)
            if self._left:
                self._left[table] = max(0, self._left.get(table, 0) - len(batch))
            self._show()
            yield batch
        self._read += 1
        if self._left:
            self._left[table] = 0
        self._show()

    def _show(self) -> None:
        rest = None if self._left is None else sum(self._left.values())
        self._runner.show_progress(extract_progress(self._rows, rest, self._read, self._tables))
