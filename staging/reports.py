"""What is written for people and machines at the end of a run: a report, and metrics.

Both are whole or absent. A scraper that reads while they are written finds those of before.
"""

from staging.files import make_folder, write_bytes
from staging.layout import Run, Target
from staging.outbox import bundles
from transforms.reports.run_metrics import Pace


def write_report(run: Run, page: str) -> None:
    """Write the report of a run into its folder."""
    make_folder(run.folder)
    write_bytes(run.report, page.encode())


def write_metrics(target: Target, text: str) -> None:
    """Write the metrics of a target, which anybody on the machine may read: they are counts."""
    make_folder(target.metrics.parent)
    write_bytes(target.metrics, text.encode())


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
