"""How much of each column could be read: counted as the rows of a table pass."""

from collections import Counter
from collections.abc import Iterable, Iterator

import polars as pl
import pyarrow as pa

from transforms.openimis.legibility import Legible
from transforms.openimis.tables.column_types import UNREADABLE


class Legibility:
    """What has been read of a table so far, counted."""

    def __init__(self) -> None:
        self._rows = 0
        self._values: Counter[str] = Counter()
        self._unreadable: Counter[str] = Counter()

    def count_batches(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the batches as they come, and count them."""
        for batch in batches:
            self._rows += len(batch)
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                self._values[name] += len(column) - column.null_count
            marks = batch.column(UNREADABLE)
            if marks.null_count < len(marks):
                self._unreadable.update(_count_names(marks))
            yield batch

    @property
    def unreadable(self) -> dict[str, int]:
        """Column to how many of its values could not be read; only of such columns."""
        return dict(sorted(self._unreadable.items()))

    @property
    def columns(self) -> dict[str, Legible]:
        """Column to how much of it could be read; only of columns with values that could not."""
        return {
            name: Legible(unreadable=count, values=self._values[name] + count, rows=self._rows)
            for name, count in self.unreadable.items()
        }


def _count_names(marks: pa.StringArray) -> dict[str, int]:
    names = pl.Series("name", marks).drop_nulls().str.split(" ").explode()
    return dict(names.value_counts().iter_rows())
