"""The snapshot of openIMIS: check all tables, then copy them in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.selection import (
    FOREIGN_TABLE,
    MATERIALISED_VIEW,
    TableSelection,
)
from flows.connectors.openimis.transaction import SourceTransaction
from flows.steps.extract.table_progress import TableProgress
from flows.steps.extract.unreadable_counts import Legibility
from flows.steps.shared.runner import PLAIN, Runner
from staging.layout import Run
from staging.rows_before import rows_before
from staging.snapshots import (
    SnapshotManifest,
    TableManifest,
    discard_incomplete,
    is_complete,
    read_manifest,
    write_manifest,
    write_table,
)
from transforms.core.errors import StagingError
from transforms.core.moments import to_the_second
from transforms.openimis.country import Guards
from transforms.openimis.legibility import Legible, refuse_unreadable
from transforms.openimis.tables.column_types import Column

Columns = Mapping[str, Sequence[Column]]
USUAL = Guards()
A_MOMENT = timedelta(minutes=1)
"""By so much a replica that follows its primary may be behind at any time."""


def take_snapshot(
    run: Run,
    source: str,
    connect: Callable[[], Openimis],
    columns: Columns,
    guards: Guards = USUAL,
    runner: Runner = PLAIN,
) -> SnapshotManifest:
    """Take the run's snapshot unless it is there already; what was half done is done anew.

    Args:
        run: The run.
        source: Name of the openIMIS.
        connect: Returns a client of it.
        columns: Table name to the columns that are read; other tables are not.
        guards: How much of a column may be unreadable.
        runner: Tells what is odd, and how far it is.

    Raises:
        SourceError: openIMIS cannot be read as it must be.
        SourceBusyError: Its database stayed out of reach, or ended each reading.
        StagingError: The run has a snapshot of something else.
    """
    if is_complete(run):
        return keep_snapshot(run, source, columns)
    discard_incomplete(run)
    openimis = connect()
    for gap in openimis.open_on_the_wire:
        runner.warning(gap)
    manifest = copy_tables(run, source, openimis, columns, guards, runner)
    warn_of_another_moment(manifest, runner)
    _warn(manifest, runner)
    return manifest


def warn_of_another_moment(manifest: SnapshotManifest, runner: Runner) -> None:
    """Warn where not all of a snapshot is of the moment at which it was taken."""
    if manifest.is_behind and _age(manifest) > A_MOMENT:
        runner.warning(
            "This openIMIS is a replica that is behind its primary: it is read as of %s. What is "
            "newer is loaded by a later run; if it stays behind, see whether it still follows",
            to_the_second(manifest.as_of),
        )
    present = {name: each for name, each in manifest.tables.items() if each.missing != each.columns}
    kinds = {name: table.kind for name, table in present.items()}
    if refreshed := [name for name, kind in kinds.items() if kind == MATERIALISED_VIEW]:
        runner.warning(
            "%s: each materialised view shows openIMIS as it was when the view was refreshed. "
            "Refresh them all in one transaction before each extract, or claims lack their lines",
            ", ".join(refreshed),
        )
    foreign = [name for name, kind in kinds.items() if kind == FOREIGN_TABLE]
    if 0 < len(foreign) < len(kinds):
        runner.warning(
            "%s: these tables come from another database than the others, and are not read at the "
            "same moment: what is entered meanwhile may be in one table and not yet in another",
            ", ".join(foreign),
        )


def _age(manifest: SnapshotManifest) -> timedelta:
    """Return how old a snapshot was when it was taken."""
    taken_at = manifest.taken_at.replace(tzinfo=None) if manifest.taken_at else manifest.as_of
    return taken_at - manifest.as_of


def _warn(manifest: SnapshotManifest, runner: Runner) -> None:
    for name, table in manifest.tables.items():
        for column, count in table.unreadable.items():
            runner.warning(
                "%s.%s: %d values cannot be read (no date, number or text as they must be, or too "
                "long): what hangs on them is held back, and stays in DHIS2 as it is",
                name,
                column,
                count,
            )
        for flag in table.unread_flags:
            runner.warning(
                "%s has a column %s, which openIMIS itself does not have. Some forks delete rows "
                "by such a column: if this one does, name it in the country file ([not_current]). "
                "Until then these rows count as current",
                name,
                flag,
            )


def copy_tables(
    run: Run,
    source: str,
    openimis: Openimis,
    columns: Columns,
    guards: Guards = USUAL,
    runner: Runner = PLAIN,
) -> SnapshotManifest:
    """Copy what is columns of openIMIS into the run's snapshot, and declare it complete.

    Raises:
        SourceError: openIMIS cannot be read, or too much of a column cannot.
    """
    selected = openimis.check(columns)
    progress = TableProgress(runner, len(selected), rows_before(run.root, source, columns))
    taken_at = datetime.now(UTC)
    with openimis.transaction() as transaction, transaction.check_unchanged(selected):
        oldest_rows = transaction.oldest_rows(selected)
        read = {each.table.name: _copy_table(run, transaction, each, progress) for each in selected}
    refuse_unreadable({name: columns for name, (_, columns) in read.items()}, guards)
    manifest = SnapshotManifest(
        source=source,
        as_of=transaction.as_of,
        is_behind=transaction.is_behind,
        taken_at=taken_at,
        database=transaction.database,
        oldest_rows=oldest_rows,
        tables={name: table for name, (table, _) in read.items()},
    )
    write_manifest(run, manifest)
    return manifest


def _copy_table(
    run: Run,
    transaction: SourceTransaction,
    selection: TableSelection,
    progress: TableProgress,
) -> tuple[TableManifest, dict[str, Legible]]:
    """Copy a table; return what its manifest says, and how much of its columns could be read."""
    legibility, name = Legibility(), selection.table.name
    batches = progress.count_batches(name, transaction.batches(selection))
    written = write_table(
        run,
        name,
        selection.marked_schema,
        legibility.count_batches(batches),
        missing=selection.missing,
    )
    noted = {
        "unreadable": legibility.unreadable,
        "unread_flags": list(selection.unread_flags),
        "kind": selection.kind,
    }
    marked = written.model_copy(update=noted)
    return marked, legibility.columns


def keep_snapshot(run: Run, source: str, columns: Columns) -> SnapshotManifest:
    """Return the manifest of the snapshot that the run has already.

    Raises:
        StagingError: It is of another source, or of other columns than the country file asks for.
    """
    manifest = read_manifest(run)
    # A run that an earlier release began has no answers of the database.
    answers = {column.name for each in columns.values() for column in each if column.of}
    names = {
        table: [column.name for column in each if column.name not in answers]
        for table, each in columns.items()
    }
    if (source, names) != (manifest.source, _columns(manifest.tables, answers)):
        raise StagingError(
            f"Run {run.run_id} has a snapshot of {manifest.source} already, and another source or "
            f"other columns (the country file's privacy) are requested now. Start a run with a new "
            f"run_id. Nothing was changed."
        )
    return manifest


def _columns(tables: Mapping[str, TableManifest], besides: set[str]) -> dict[str, list[str]]:
    return {
        name: [column for column in table.columns if column not in besides]
        for name, table in tables.items()
    }
