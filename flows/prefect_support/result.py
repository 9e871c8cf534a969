"""The result of a run of sync, as an artifact of that run: also where it failed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from time import time

import polars as pl
from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.settings import PREFECT_UI_URL

from flows.prefect_support.endings import unforeseen_error
from flows.prefect_support.stage_runs import StageRuns
from flows.steps.shared.turn import NeedlessRunError
from staging.damage import in_words
from staging.languages import language_of
from staging.rejects import read_rejects
from staging.reports import pace_of, write_metrics, write_report
from staging.requests import SyncRequest, Until
from staging.summaries import read_summary, summaries_before
from transforms.changes.answers.reject_rows import NOTE
from transforms.core.errors import UNFORESEEN, SyncError
from transforms.core.language import ENGLISH
from transforms.reports.run_metrics import run_metrics
from transforms.reports.run_report import run_report
from transforms.reports.run_result import RunResult, headline, result_page

MOST_REJECTS = 200
REJECT_COLUMNS = ("resource", "table", "id", "stage", "reason")


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
    """Make artifact, report, metrics; what cannot be made is logged, and hides no failure."""
    with _tried("page"):
        result = _result(request, stages, failure)
        key = result_key(request.target)
        page = create_markdown_artifact(result_page(result), key=key, description="The result")
        where = f"{PREFECT_UI_URL.value() or ''}/artifacts/artifact/{page}"
        get_run_logger().info("%s: %s", headline(replace(result, language=ENGLISH)), where)
    with _tried("rejects"):
        _publish_rejects(request)
    with _tried("report"):
        result = _result(request, stages, failure)
        rejects = str(request.run.folder / "rejects")
        write_report(request.run, run_report(result, rejects, datetime.now().astimezone()))
    if request.until is Until.LOAD:
        with _tried("metrics"):
            result = _result(request, stages, failure)
            pace = pace_of(request.run)
            write_metrics(request.goal, run_metrics(result, pace, time()))


def _publish_rejects(request: SyncRequest) -> None:
    """Show which rows of openIMIS were held back or refused: the first, and how many there are."""
    rejects = read_rejects(request.run).filter(pl.col("stage") != NOTE)
    rows = rejects.select(*REJECT_COLUMNS).sort("reason", "table", "id").collect()
    if rows.is_empty():
        return
    create_table_artifact(
        rows.head(MOST_REJECTS).to_dicts(),
        key=f"rejects-{_in_a_key(request.target)}",
        description=language_of(request.run).text(
            "{shown} of {count}; all are in {folder}, with hints",
            shown=min(rows.height, MOST_REJECTS),
            count=rows.height,
            folder=request.run.folder / "rejects",
        ),
    )


@contextmanager
def _tried(what: str) -> Iterator[None]:
    try:
        yield
    except UNFORESEEN as error:
        get_run_logger().warning(
            "The %s of the result could not be made: %s", what, unforeseen_error(error)
        )


def _result(request: SyncRequest, stages: StageRuns, failure: str | None) -> RunResult:
    run, target = request.run, request.target
    return RunResult(
        run.run_id,
        target,
        stages.endings,
        failure,
        read_summary(run),
        list(summaries_before(run, target)),
        language_of(run),
    )


def result_key(target: str) -> str:
    """Return the key of the artifact: one a target, so that a list shows the last of each."""
    return f"result-{_in_a_key(target)}"


def _in_a_key(target: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", target.lower())
