"""What DHIS2 was seen to hold, written as it comes: no page is held longer than it takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from staging.files import whole_or_absent

RowWriter = Callable[[pl.DataFrame], None]


@contextmanager
def writing_rows(path: Path, schema: dict[str, pl.DataType]) -> Iterator[RowWriter]:
    """Give what appends rows to the file at `path`, which is there once the block succeeds."""
    empty = _arrow(pl.DataFrame(schema=schema))
    with (
        whole_or_absent(path) as scratch,
        pq.ParquetWriter(scratch, empty.schema, compression="zstd") as writer,
    ):
        yield lambda rows: writer.write_table(_arrow(rows))


def _arrow(rows: pl.DataFrame) -> pa.Table:
    return rows.to_arrow(compat_level=pl.CompatLevel.oldest())
