"""The result of a run of sync, as an artifact of that run: also where it failed."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from time import time
from uuid import UUID

import orjson
import polars as pl
from prefect import get_run_logger
from prefect.runtime import flow_run
from prefect.settings import PREFECT_UI_URL

from flows.prefect_support.artifacts import put_artifact
from flows.prefect_support.endings import unforeseen_error
from flows.prefect_support.stage_runs import StageRuns
from flows.steps.shared.turn import NeedlessRunError
from staging.damage import in_words
from staging.languages import language_of
from staging.layout import Run, Target
from staging.rejects import read_rejects
from staging.reports import pace_of, write_metrics, write_report, write_stages
from staging.requests import SyncRequest, Until
from staging.summaries import read_summary, summaries_before
from transforms.changes.answers.reject_rows import NOTE
from transforms.core.errors import UNFORESEEN, SyncError
from transforms.core.language import ENGLISH
from transforms.reports.run_metrics import run_metrics
from transforms.reports.run_report import run_report
from transforms.reports.run_result import RunResult, StageEnding, headline, result_page

MOST_REJECTS = 200
REJECT_COLUMNS = ("resource", "table", "id", "stage", "reason")


@dataclass(frozen=True)
class SyncOutcome:
    """What a run of sync came to.

    Attributes:
        run: The run.
        goal: The target's files.
        stages: How each stage ended that was begun, in their order.
        failure: The sentence that it failed with; None if it did not.
        until: How far it was to go.
    """

    run: Run
    goal: Target
    stages: Sequence[StageEnding]
    failure: str | None
    until: Until = Until.LOAD

    def result(self) -> RunResult:
        """Return what pages say of it."""
        return RunResult(
            self.run.run_id,
            self.goal.name,
            self.stages,
            self.failure,
            read_summary(self.run),
            list(summaries_before(self.run, self.goal.name)),
            language_of(self.run),
        )


@contextmanager
def publish_result(request: SyncRequest, stages: StageRuns) -> Iterator[None]:
    """Publish what the run came to when its stages are over, and raise what ended them."""
    try:
        with in_words():
            yield
    except NeedlessRunError:
        raise  # the result of the newer run stays the last one
    except SyncError as error:
        _publish(request, stages, str(error))
        raise
    except UNFORESEEN as error:
        _publish(request, stages, str(unforeseen_error(error)))
        raise
    _publish(request, stages, None)


def _publish(request: SyncRequest, stages: StageRuns, failure: str | None) -> None:
    outcome = SyncOutcome(request.run, request.goal, stages.endings, failure, request.until)
    publish(outcome, UUID(str(flow_run.id)))


def publish(outcome: SyncOutcome, sync: UUID) -> None:
    """Make artifacts, report, metrics; what cannot be made is logged, and hides no failure.

    Args:
        outcome: What the run came to.
        sync: The flow run of sync, on whose page it is shown.
    """
    with tried("page"):
        result = outcome.result()
        key = result_key(result.target)
        page = put_artifact(sync, key, "markdown", result_page(result), "The result")
        where = f"{PREFECT_UI_URL.value() or ''}/artifacts/artifact/{page}"
        get_run_logger().info("%s: %s", headline(replace(result, language=ENGLISH)), where)
    with tried("rejects"):
        _publish_rejects(outcome, sync)
    with tried("report"):
        rejects = str(outcome.run.folder / "rejects")
        now = datetime.now().astimezone()
        write_report(outcome.run, run_report(outcome.result(), rejects, now))
        write_stages(outcome.run, outcome.stages)
    if outcome.until is Until.LOAD:
        with tried("metrics"):
            pace = pace_of(outcome.run)
            write_metrics(outcome.goal, run_metrics(outcome.result(), pace, time()))


def _publish_rejects(outcome: SyncOutcome, sync: UUID) -> None:
    """Show which rows of openIMIS were held back or refused: the first, and how many there are."""
    rejects = read_rejects(outcome.run).filter(pl.col("stage") != NOTE)
    rows = rejects.select(*REJECT_COLUMNS).sort("reason", "table", "id").collect()
    if rows.is_empty():
        return
    shown = language_of(outcome.run).text(
        "{shown} of {count}; all are in {folder}, with hints",
        shown=min(rows.height, MOST_REJECTS),
        count=rows.height,
        folder=outcome.run.folder / "rejects",
    )
    listed = orjson.dumps(rows.head(MOST_REJECTS).to_dicts()).decode()
    put_artifact(sync, f"rejects-{_in_a_key(outcome.goal.name)}", "table", listed, shown)


@contextmanager
def tried(what: str) -> Iterator[None]:
    """Log that a part of the result could not be made, and go on."""
    try:
        yield
    except UNFORESEEN as error:
        get_run_logger().warning(
            "The %s of the result could not be made: %s", what, unforeseen_error(error)
        )


def result_key(target: str) -> str:
    """Return the key of the artifact: one a target, so that a list shows the last of each."""
    return f"result-{_in_a_key(target)}"


def _in_a_key(target: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", target.lower())
