"""Snapshots: openIMIS's tables as they were at one moment, one Parquet file each.

    write_table() for every table ─► write_manifest() ─► is_complete() ─► read_snapshot()

The manifest is written last: while it is not there, there is no snapshot.
"""

import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from staging.damage import malformed_error
from staging.divided import discard
from staging.files import read_json, sha256, verify, whole_or_absent, write_json
from staging.layout import Run
from transforms.core.errors import StagingError
from transforms.openimis.tables.column_types import UNREADABLE
from transforms.openimis.tables.columns import HEALTH_FACILITIES, LOCATIONS

SNAPSHOT_STAGE = "snapshot"
PLACES = (LOCATIONS.name, HEALTH_FACILITIES.name)
ROW_GROUP_ROWS = 65_536
ROW_GROUP_BYTES = 16 * 1024 * 1024


class TableManifest(BaseModel):
    """What the manifest says of one table of a snapshot.

    Attributes:
        rows: How many.
        columns: Names, in order.
        missing: Those of `columns` that openIMIS does not have; they are null.
        unreadable: Column to how many of its values could not be read; they are null.
        unread_flags: Columns by which some forks delete rows, and which were not read.
        kind: What the database calls it: a table, or what stands in place of one.
        sha256: Of the file.
    """

    model_config = ConfigDict(frozen=True)

    rows: int
    columns: list[str]
    missing: list[str]
    unreadable: dict[str, int] = {}
    unread_flags: list[str] = []
    kind: str = "TABLE"
    sha256: str


class SnapshotManifest(BaseModel):
    """What the manifest says of a snapshot.

    Attributes:
        source: Name of the block that names the database.
        as_of: What moment it shows, on the source's clock; naive.
        is_behind: Whether it is of a replica that was behind, so earlier than `taken_at`.
        taken_at: When it was taken, on the clock of the machine that took it.
        database: Digest of server and database name: differs for a copy elsewhere.
        oldest_rows: Table to the digest of its oldest row's UUID, as far as it has rows: the same
            wherever the database is moved to.
        tables: By openIMIS name.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    as_of: datetime
    is_behind: bool = False
    taken_at: datetime | None = None
    database: str
    oldest_rows: dict[str, str]
    tables: dict[str, TableManifest]

    @property
    def counts_in_words(self) -> str:
        """How many rows of how many tables, and which columns this openIMIS does not have."""
        rows = sum(table.rows for table in self.tables.values())
        lacking = [
            f"{name} without {', '.join(table.missing)}"
            for name, table in self.tables.items()
            if table.missing
        ]
        return ", ".join([f"{rows} rows of {len(self.tables)} tables", *lacking])


@dataclass(frozen=True)
class Snapshot:
    """A snapshot to be read.

    Attributes:
        frames: openIMIS table name to its rows, in the columns of
            `transforms.openimis.tables.columns`; what privacy drops is absent, what openIMIS does
            not have is null. A table of which values could not be read has the column `UNREADABLE`
            besides.
        manifest: Its manifest.
    """

    frames: dict[str, pl.LazyFrame]
    manifest: SnapshotManifest

    @property
    def as_of(self) -> datetime:
        """When it was taken, on the source's clock; naive."""
        return self.manifest.as_of


def is_complete(run: Run) -> bool:
    """Return whether the run has its snapshot."""
    return run.manifest(SNAPSHOT_STAGE).exists()


def discard_incomplete(run: Run) -> None:
    """Remove what a snapshot that was not completed left behind."""
    folder = run.manifest(SNAPSHOT_STAGE).parent
    if folder.exists() and not is_complete(run):
        shutil.rmtree(folder)


def write_table(
    run: Run,
    table: str,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    *,
    missing: Iterable[str] = (),
) -> TableManifest:
    """Write the rows of an openIMIS table as they come, and return what its manifest says.

    Args:
        run: The run.
        table: Name of the openIMIS table.
        schema: Columns and types of every batch.
        batches: The rows; as many as make a row group are held in memory.
        missing: Columns that openIMIS does not have.
    """
    path = run.snapshot(table)
    rows = 0
    with whole_or_absent(path) as scratch, _writer(scratch, schema) as writer:
        for group in _row_groups(schema, batches):
            writer.write_table(group, row_group_size=group.num_rows)
            rows += group.num_rows
    return TableManifest(
        rows=rows,
        columns=[name for name in schema.names if name != UNREADABLE],
        missing=list(missing),
        sha256=sha256(path),
    )


def write_manifest(run: Run, manifest: SnapshotManifest) -> None:
    """Declare the snapshot complete."""
    write_json(run.manifest(SNAPSHOT_STAGE), manifest.model_dump(mode="json"))


def read_manifest(run: Run) -> SnapshotManifest:
    """Return the manifest of the run's snapshot.

    Raises:
        StagingError: It is not complete, or its manifest is damaged.
    """
    path = run.manifest(SNAPSHOT_STAGE)
    if not path.exists():
        raise StagingError(
            f"Run {run.run_id} has no complete snapshot ({path} is missing). Run extract with this "
            f"run_id first. Nothing was changed."
        )
    try:
        return SnapshotManifest.model_validate(read_json(path))
    except ValidationError as error:
        raise malformed_error(path, error) from error


def read_snapshot(run: Run, only: Collection[str] | None = None) -> Snapshot:
    """Return the run's snapshot, every file's checksum verified.

    Args:
        run: The run.
        only: The tables to read; all where None.

    Raises:
        StagingError: It is not complete, or a file is missing or was changed.
    """
    manifest = read_manifest(run)
    chosen = [table for table in manifest.tables if only is None or table in only]
    for table in chosen:
        verify(run.snapshot(table), manifest.tables[table].sha256)
    return Snapshot(
        {table: _scan(run, table, manifest.tables[table]) for table in chosen}, manifest
    )


def _scan(run: Run, table: str, manifest: TableManifest) -> pl.LazyFrame:
    rows = pl.scan_parquet(run.snapshot(table))
    return rows if manifest.unreadable else rows.drop(UNREADABLE, strict=False)


def release_snapshot(run: Run) -> bool:
    """Remove what a snapshot holds of people, which nothing needs any more; return whether any.

    The places stay: population figures are entered for them.
    """
    files = run.manifest(SNAPSHOT_STAGE).parent.glob("*.parquet")
    removed = [path for path in files if path.stem not in PLACES]
    for path in removed:
        path.unlink()
    discard(run.parts)
    return bool(removed)


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    # Dictionaries of numbers and dates cost more time and space than they save.
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    return pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=texts)


def _row_groups(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield the batches in tables of a row group each."""
    collected: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        collected.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
        if rows >= ROW_GROUP_ROWS or size >= ROW_GROUP_BYTES:
            yield pa.Table.from_batches(collected, schema)
            collected, rows, size = [], 0, 0
    if collected:
        yield pa.Table.from_batches(collected, schema)
