"""Know openIMIS again: the database that DHIS2 was filled from, with all its rows."""

from staging.current import Current, LoadedSource
from staging.layout import Run
from staging.snapshots import is_complete, read_manifest
from transforms.changes.guards.guards import (
    differing_tables,
    lost_rows,
    refuse_another_source,
    refuse_older_snapshot,
    refuse_replica_behind,
)
from transforms.changes.guards.permissions import NOTHING, Allow, Permissions
from transforms.core.moments import to_the_second
from transforms.openimis.country import Guards


def source_of(run: Run) -> LoadedSource | None:
    """Return which openIMIS the run's snapshot is of; None if the run has none."""
    if not is_complete(run):
        return None
    manifest = read_manifest(run)
    return LoadedSource(
        database=manifest.database,
        oldest_rows=manifest.oldest_rows,
        as_of=manifest.as_of,
        taken_at=manifest.taken_at,
        rows={name: table.rows for name, table in manifest.tables.items()},
    )


def check_source(
    run: Run, current: Current, guards: Guards, allow: Permissions = NOTHING
) -> list[str]:
    """Compare the run's snapshot with the last one that was folded.

    Args:
        run: The run; its snapshot is complete.
        current: The acknowledged state.
        guards: From which loss of rows on a table is reported.
        allow: What is permitted.

    Returns:
        What is odd, but may be.

    Raises:
        GuardError: It is another openIMIS, or an older snapshot.
    """
    found = source_of(run)
    if current.source is None or found is None:
        return []
    before = current.source
    if Allow.NEW_SOURCE not in allow:
        refuse_stranger(before, found)
    if Allow.OLDER_SNAPSHOT not in allow:
        _refuse_older(found, before, is_behind=read_manifest(run).is_behind)
    return [*_oddities(before, found), *lost_rows(before.rows, found.rows, guards)]


def refuse_stranger(before: LoadedSource, found: LoadedSource) -> None:
    """Refuse another openIMIS than the last one that was loaded.

    Raises:
        GuardError: It is another one.
    """
    others = differing_tables(before.oldest_rows, found.oldest_rows)
    refuse_another_source(others, is_elsewhere=found.database != before.database)


def _refuse_older(found: LoadedSource, before: LoadedSource, *, is_behind: bool) -> None:
    if is_behind and found.as_of < before.as_of:
        refuse_replica_behind(before.as_of, found.as_of)
    if _is_older(found, before=before):
        refuse_older_snapshot(before.as_of, found.as_of)


def _is_older(found: LoadedSource, *, before: LoadedSource) -> bool:
    """Whether two clocks say so: one alone was set back."""
    if found.taken_at is None or before.taken_at is None:
        return False
    return found.taken_at < before.taken_at and found.as_of < before.as_of


def _oddities(before: LoadedSource, found: LoadedSource) -> list[str]:
    oddities = [
        f"The oldest row of {table} is another one than at the last load: its UUID was changed, or "
        f"the row was removed, and openIMIS does neither. What follows from it is sent like any "
        f"change."
        for table in differing_tables(before.oldest_rows, found.oldest_rows)
    ]
    if found.database != before.database:
        oddities.append(
            "The same openIMIS was read from another server or database than at the last load: it "
            "was moved, or the source names a copy of it. If it is a copy, stop the run."
        )
    if found.as_of < before.as_of:
        oddities.append(
            f"The snapshot is as of {to_the_second(found.as_of)}, earlier than the last load's "
            f"({to_the_second(before.as_of)}): the clock of openIMIS's server was set back, or a "
            f"replica is behind."
        )
    return oddities
