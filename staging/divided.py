"""Rows divided into numbered buckets, so that two sides can be joined bucket by bucket.

    <folder>/bucket=<number>/<…>.parquet
    <folder>/<source>/bucket=<number>/<…>.parquet      where several sources are divided alike

Each is written in one pass, however many rows and buckets there are.
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from staging.damage import in_words
from staging.files import make_folder
from staging.frames import ROW_GROUP_ROWS

BUCKET = "bucket"
ROWS_OF_A_BUCKET = 1_000_000
SMALLEST_ROW_GROUP = 1_000
_ONE_FILE_EACH = 2**62


def bucket_count(rows: int) -> int:
    """Return into how many buckets so many rows are divided, so that one fits in memory."""
    return max(1, -(-rows // ROWS_OF_A_BUCKET))


def bucket_of(column: str, buckets: int) -> pl.Expr:
    """Return the number of a row's bucket: of rows that are equal in the column, the same one."""
    return pl.col(column).hash(0) % buckets


def divide(folder: Path, frame: pl.LazyFrame, buckets: int, *, by: pl.Expr | None = None) -> None:
    """Write each row into its bucket.

    Args:
        folder: Where to.
        frame: The rows. Their column `bucket`, if they have one, is not written.
        buckets: How many buckets there are.
        by: The number of a row's bucket; the column `bucket` where None.

    Raises:
        StagingError: The disk is full, or may not be written to.
    """
    rows = frame if by is None else frame.with_columns(by.alias(BUCKET))
    divided = pl.PartitionBy(
        folder, key=BUCKET, include_key=False, approximate_bytes_per_file=_ONE_FILE_EACH
    )
    # Every bucket holds a row group in memory until it is full.
    size = max(ROW_GROUP_ROWS // buckets, SMALLEST_ROW_GROUP)
    make_folder(folder)
    with in_words(folder):
        rows.sink_parquet(divided, mkdir=True, compression="zstd", row_group_size=size)


def scan_bucket(folder: Path, bucket: int, schema: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    """Return the rows of one bucket, of all sources; without any, an empty frame of `schema`."""
    files = sorted(folder.glob(f"**/{BUCKET}={bucket}/*.parquet"))
    found = [pl.scan_parquet(file, hive_partitioning=False) for file in files]
    return pl.concat([pl.LazyFrame(schema=schema), *found], how="diagonal")


def in_buckets(
    folder: Path, sides: Mapping[str, pl.LazyFrame], by: str, buckets: int
) -> Iterator[dict[str, pl.LazyFrame]]:
    """Yield the sides bucket by bucket: rows that are equal in a column lie in one bucket.

    Args:
        folder: Where they lie meanwhile; it is removed.
        sides: Name to rows; all have the column `by`, without nulls.
        by: Name of the column.
        buckets: How many there are; a single one is not written at all.
    """
    if buckets == 1:
        yield dict(sides)
        return
    discard(folder)
    for name, frame in sides.items():
        divide(folder / name, frame, buckets, by=bucket_of(by, buckets))
    for bucket in range(buckets):
        yield {
            name: scan_bucket(folder / name, bucket, frame.collect_schema())
            for name, frame in sides.items()
        }
    discard(folder)


def discard(folder: Path) -> None:
    """Remove what was divided, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)
