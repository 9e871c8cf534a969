"""What lies on disk is whole, or is not taken for a snapshot."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from staging.files import read_json, write_json
from staging.layout import Run
from staging.snapshots import (
    ROW_GROUP_ROWS,
    SnapshotManifest,
    is_complete,
    read_snapshot,
    write_manifest,
    write_table,
)
from transforms.core.errors import StagingError
from transforms.openimis.tables.column_types import UNREADABLE

SCHEMA = pa.schema({"HfID": pa.int64(), "HfUUID": pa.string()})
BATCH = pa.record_batch([[1, 2, 3], ["a", "b", None]], schema=SCHEMA)


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path, "monday")


@pytest.fixture
def written(run):
    """A complete snapshot of one table."""
    manifest = SnapshotManifest(
        source="sample",
        as_of="2026-01-02T03:04:05.000006",
        database="d",
        oldest_rows={"tblHF": "o"},
        tables={"tblHF": write_table(run, "tblHF", SCHEMA, [BATCH], missing=["HfUUID"])},
    )
    write_manifest(run, manifest)
    return manifest


def test_what_was_written_is_read(run, written):
    snapshot = read_snapshot(run)

    assert snapshot.manifest == written
    assert snapshot.as_of.isoformat() == "2026-01-02T03:04:05.000006"
    assert snapshot.frames["tblHF"].collect().to_dicts() == BATCH.to_pylist()


def test_there_is_no_snapshot_before_its_manifest(run, written):
    run.manifest("snapshot").unlink()

    assert not is_complete(run)
    with pytest.raises(StagingError, match="has no complete snapshot"):
        read_snapshot(run)


def test_a_file_that_was_changed_is_not_read(run, written):
    path = run.snapshot("tblHF")
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    path.write_bytes(content)

    with pytest.raises(StagingError, match="its SHA-256 is not"):
        read_snapshot(run)


def test_a_file_that_is_gone_is_named(run, written):
    run.snapshot("tblHF").unlink()

    with pytest.raises(StagingError, match=r"tblHF\.parquet is damaged: it is missing"):
        read_snapshot(run)


def test_a_manifest_that_is_none_is_named(run, written):
    write_json(run.manifest("snapshot"), {"tables": {}})

    with pytest.raises(StagingError, match=r"manifest\.json is damaged: 4 of its entries"):
        read_snapshot(run)


def test_a_table_whose_reading_fails_leaves_no_file(run):
    def failing():
        yield BATCH
        raise RuntimeError("connection lost")

    with pytest.raises(RuntimeError):
        write_table(run, "tblHF", SCHEMA, failing())

    assert list(run.snapshot("tblHF").parent.iterdir()) == []


def test_a_table_without_rows_is_a_file_with_its_columns(run):
    assert write_table(run, "tblHF", SCHEMA, []).rows == 0
    assert pq.read_schema(run.snapshot("tblHF")).names == SCHEMA.names


def test_small_batches_become_large_row_groups(run):
    numbers = pa.record_batch([range(1000), [""] * 1000], schema=SCHEMA)

    table = write_table(run, "tblHF", SCHEMA, [numbers] * 100)

    file = pq.ParquetFile(run.snapshot("tblHF"))
    assert table.rows == file.metadata.num_rows == 100_000
    assert file.num_row_groups == 2
    assert file.metadata.row_group(0).num_rows >= ROW_GROUP_ROWS
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


MARKED = SCHEMA.append(pa.field(UNREADABLE, pa.string()))


def test_what_could_not_be_read_is_read_with_the_rows_and_only_where_there_is_any(run, written):
    marked = pa.record_batch([[1, 2, 3], ["a", None, None], [None, "HfUUID", None]], schema=MARKED)
    tables = {
        name: write_table(run, name, MARKED, [marked]).model_copy(update={"unreadable": unreadable})
        for name, unreadable in {"tblHF": {"HfUUID": 1}, "tblLocations": {}}.items()
    }
    write_manifest(run, written.model_copy(update={"tables": tables}))

    frames = read_snapshot(run).frames

    assert frames["tblHF"].collect()[UNREADABLE].to_list() == [None, "HfUUID", None]
    assert frames["tblLocations"].collect().columns == ["HfID", "HfUUID"]
    assert {tuple(table.columns) for table in tables.values()} == {("HfID", "HfUUID")}


def test_a_snapshot_of_a_package_that_knew_no_unreadable_values_is_read(run, written):
    manifest = read_json(run.manifest("snapshot"))
    del manifest["tables"]["tblHF"]["unreadable"]
    write_json(run.manifest("snapshot"), manifest)

    assert read_snapshot(run).frames["tblHF"].collect().to_dicts() == BATCH.to_pylist()
