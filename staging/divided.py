"""Rows divided into numbered buckets, so that two sides can be joined bucket by bucket.

    <folder>/bucket=<number>/<…>.parquet
    <folder>/<source>/bucket=<number>/<…>.parquet      where several sources are divided alike

Each is written in one pass, however many rows and buckets there are.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from staging.files import make_folder
from staging.frames import ROW_GROUP_ROWS

BUCKET = "bucket"
SMALLEST_ROW_GROUP = 1_000
_ONE_FILE_EACH = 2**62


def divide(folder: Path, frame: pl.LazyFrame, buckets: int, *, by: pl.Expr | None = None) -> None:
    """Write each row into its bucket.

    Args:
        folder: Where to.
        frame: The rows. Their column `bucket`, if they have one, is not written.
        buckets: How many buckets there are.
        by: The number of a row's bucket; the column `bucket` where None.
    """
    make_folder(folder)
    rows = frame if by is None else frame.with_columns(by.alias(BUCKET))
    divided = pl.PartitionBy(
        folder, key=BUCKET, include_key=False, approximate_bytes_per_file=_ONE_FILE_EACH
    )
    # Every bucket holds a row group in memory until it is full.
    size = max(ROW_GROUP_ROWS // buckets, SMALLEST_ROW_GROUP)
    rows.sink_parquet(divided, mkdir=True, compression="zstd", row_group_size=size)


def scan_bucket(folder: Path, bucket: int, schema: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    """Return the rows of one bucket, of all sources; without any, an empty frame of `schema`."""
    files = sorted(folder.glob(f"**/{BUCKET}={bucket}/*.parquet"))
    found = [pl.scan_parquet(file, hive_partitioning=False) for file in files]
    return pl.concat([pl.LazyFrame(schema=schema), *found], how="diagonal")


def discard(folder: Path) -> None:
    """Remove what was divided, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)
