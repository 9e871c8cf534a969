"""What DHIS2 was seen to hold, written as it comes: no page is held longer than it takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from staging.files import make_folder, whole_or_absent
from staging.frames import ROW_GROUP_ROWS

SMALLEST_ROW_GROUP = 1_000
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


def write_buckets(folder: Path, frame: pl.LazyFrame, buckets: int) -> None:
    """Divide rows by a hash of their UID, in one pass.

    Two sides can then be joined bucket by bucket, however large they are.
    """
    make_folder(folder)
    bucket = pl.col("uid").hash(0) % buckets
    divided = pl.PartitionBy(folder, key={"bucket": bucket}, include_key=False)
    # Every bucket holds a row group in memory until it is full.
    rows = max(ROW_GROUP_ROWS // buckets, SMALLEST_ROW_GROUP)
    frame.sink_parquet(divided, mkdir=True, compression="zstd", row_group_size=rows)


def scan_bucket(folder: Path, bucket: int, schema: dict[str, pl.DataType]) -> pl.LazyFrame:
    """Return the rows of one bucket."""
    files = sorted((folder / f"bucket={bucket}").glob("*.parquet"))
    return pl.concat([pl.LazyFrame(schema=schema), *map(pl.scan_parquet, files)], how="diagonal")
