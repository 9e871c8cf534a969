"""Rejects: Parquet for machines, CSV for clerks; the same rows and reasons."""

import polars as pl

from staging.files import whole_or_absent
from staging.layout import Run

REJECTS: dict[str, pl.DataType] = {
    "resource": pl.String(),
    "key": pl.String(),
    "table": pl.String(),
    "id": pl.String(),
    "stage": pl.String(),
    "reason": pl.String(),
    "reasons": pl.String(),
    "hint": pl.String(),
}


def write_rejects(run: Run, name: str, rejects: pl.DataFrame) -> None:
    """Write the rejects of a resource; see `REJECTS` for the columns."""
    path = run.rejects(name)
    ordered = rejects.select(*REJECTS).sort("reason", "id")
    with whole_or_absent(path) as scratch:
        ordered.write_parquet(scratch)
    with whole_or_absent(path.with_suffix(".csv")) as scratch:
        ordered.write_csv(scratch)


def read_rejects(run: Run) -> pl.LazyFrame:
    """Return all rejects of a run."""
    folder = run.rejects("any").parent
    files = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
    frames = [pl.scan_parquet(file) for file in files]
    return pl.concat(frames) if frames else pl.LazyFrame(schema=REJECTS)
