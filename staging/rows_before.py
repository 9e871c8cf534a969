"""How many rows openIMIS had before: only to show how far an extract is."""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from staging.layout import Run, run_ids
from staging.snapshots import SNAPSHOT_STAGE, is_complete, read_manifest
from transforms.core.errors import StagingError


def rows_before(root: Path, source: str, tables: Collection[str]) -> dict[str, int]:
    """Return table name → rows in the newest snapshot of an openIMIS; empty if there is none.

    One that is damaged, or was thinned out meanwhile, is passed over.
    """
    runs = [each for run_id in run_ids(root) if is_complete(each := Run(root, run_id))]
    for run in sorted(runs, key=_taken, reverse=True):
        with suppress(StagingError, OSError):
            manifest = read_manifest(run)
            if manifest.source == source:
                found = manifest.tables.items()
                return {name: table.rows for name, table in found if name in tables}
    return {}


def _taken(run: Run) -> float:
    with suppress(OSError):
        return run.manifest(SNAPSHOT_STAGE).stat().st_mtime
    return 0.0
