"""What is written for people and machines at the end of a run: a report, metrics, its stages.

All are whole or absent. A scraper that reads while they are written finds those of before.
"""

from collections.abc import Sequence
from dataclasses import asdict

from staging.damage import DamagedError
from staging.files import make_folder, read_json, write_bytes, write_json
from staging.layout import Run, Target
from staging.outbox import bundles
from transforms.reports.run_metrics import Pace
from transforms.reports.run_result import StageEnding


def write_report(run: Run, page: str) -> None:
    """Write the report of a run into its folder."""
    make_folder(run.folder)
    write_bytes(run.report, page.encode())


def write_metrics(target: Target, text: str) -> None:
    """Write the metrics of a target, which anybody on the machine may read: they are counts."""
    make_folder(target.metrics.parent)
    write_bytes(target.metrics, text.encode())


def write_stages(run: Run, stages: Sequence[StageEnding]) -> None:
    """Write how the stages of a run ended."""
    make_folder(run.folder)
    write_json(run.stages, {"stages": [asdict(each) for each in stages]})


def read_stages(run: Run) -> list[StageEnding]:
    """Return how the stages of a run ended; none where that was not written, or is damaged."""
    try:
        found = read_json(run.stages)["stages"] if run.stages.exists() else []
    except DamagedError:
        return []
    return [StageEnding(**each) for each in found]


def pace_of(run: Run) -> Pace:
    """Return how a run was posted, as far as its outbox tells."""
    if not run.manifest("outbox").exists():
        return Pace()
    settled = [each for each in bundles(run) if each.is_settled and each.sent.exists()]
    if not settled:
        return Pace()
    began = min(each.sent.stat().st_mtime for each in settled)
    ended = max(each.receipt.stat().st_mtime for each in settled)
    return Pace(sum(each.objects for each in settled), ended - began)
