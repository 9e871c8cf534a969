"""Frames of a run: desired and changes, one Parquet file a partition."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from staging.files import read_json, whole_or_absent, write_json
from staging.layout import Run
from transforms.errors import StagingError
from transforms.partitions import partition_of

ROW_GROUP_ROWS = 50_000


def write_frame(path: Path, frame: pl.LazyFrame) -> None:
    """Write a frame, whole or not at all."""
    with whole_or_absent(path) as scratch:
        frame.sink_parquet(
            scratch, compression="zstd", row_group_size=ROW_GROUP_ROWS, engine="streaming"
        )


def scan_frame(path: Path) -> pl.LazyFrame:
    """Return the frame that lies at `path`.

    Raises:
        StagingError: It is not there.
    """
    if not path.exists():
        raise StagingError(
            f"{path} is missing, though the manifest of its stage is there. Remove that manifest "
            f"so that the stage is done again. Nothing was posted."
        )
    return pl.scan_parquet(path)


def row_count(path: Path) -> int:
    """Return the rows of the frame that lies at `path`."""
    return int(scan_frame(path).select(pl.len()).collect().item())


def write_partitions(
    frame: pl.LazyFrame, partitions: int, path_of: Callable[[int], Path], *, by: str = "person"
) -> int:
    """Write a frame as one file a partition, sorted by person, and return its rows.

    The whole is written once, unsorted, and read once a partition: it may be larger than memory.
    """
    whole = path_of(0).with_name("whole.parquet")
    write_frame(whole, frame)
    for partition in range(partitions):
        own = partition_of(pl.col(by), partitions) == partition
        write_frame(path_of(partition), pl.scan_parquet(whole).filter(own).sort(by, "key"))
    rows = row_count(whole)
    whole.unlink()
    return rows


def is_done(run: Run, stage: str) -> bool:
    """Return whether a stage of the run is done."""
    return run.manifest(stage).exists()


def declare_done(run: Run, stage: str, manifest: dict[str, Any]) -> None:
    """Write a stage's manifest: the stage is done."""
    write_json(run.manifest(stage), manifest)


def read_stage(run: Run, stage: str) -> dict[str, Any]:
    """Return a stage's manifest.

    Raises:
        StagingError: The stage is not done.
    """
    if not is_done(run, stage):
        raise StagingError(
            f"Run {run.run_id} has no {stage} yet ({run.manifest(stage)} is missing). Run the "
            f"stage before this one with the same run_id. Nothing was posted."
        )
    content: dict[str, Any] = read_json(run.manifest(stage))
    return content
