"""What runs did, in numbers: `summary.json` of each run, for people and for later runs."""

from collections.abc import Iterator
from pathlib import Path

from staging.damage import DamagedError
from staging.files import read_json
from staging.layout import Run, run_ids
from transforms.core.json_texts import Json


def read_summary(run: Run) -> Json | None:
    """Return the summary of a run; None before it has one.

    Raises:
        StagingError: It is damaged.
    """
    return read_json(run.summary) if run.summary.exists() else None


def summaries_before(run: Run, target: str) -> Iterator[Json]:
    """Yield the summaries of all other runs of a target, the newest first.

    One that is damaged is passed over: it is only a report, and of another run.
    """
    others = [Run(run.root, run_id) for run_id in run_ids(run.root) if run_id != run.run_id]
    paths = [each.summary for each in others if each.summary.exists()]
    for path in sorted(paths, key=_written_at, reverse=True):
        try:
            summary = read_json(path)
        except DamagedError:
            continue
        if summary["target"] == target:
            yield summary


def _written_at(path: Path) -> float:
    return path.stat().st_mtime
