"""The result of a run of sync, as an artifact of that run: also where it failed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from time import time

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.settings import PREFECT_UI_URL

from flows.prefect_support.endings import unforeseen_error
from flows.prefect_support.stage_runs import StageRuns
from flows.steps.shared.turn import NeedlessRunError
from staging.damage import in_words
from staging.reports import pace_of, write_metrics, write_report
from staging.requests import SyncRequest, Until
from staging.summaries import read_summary, summaries_before
from transforms.core.errors import UNFORESEEN, SyncError
from transforms.reports.run_metrics import run_metrics
from transforms.reports.run_report import run_report
from transforms.reports.run_result import RunResult, headline, result_page


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
        get_run_logger().info("%s: %s", headline(result), where)
    with _tried("report"):
        result = _result(request, stages, failure)
        rejects = str(request.run.folder / "rejects")
        write_report(request.run, run_report(result, rejects, datetime.now().astimezone()))
    if request.until is Until.LOAD:
        with _tried("metrics"):
            result = _result(request, stages, failure)
            pace = pace_of(request.run)
            write_metrics(request.goal, run_metrics(result, pace, time()))


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
    )


def result_key(target: str) -> str:
    """Return the key of the artifact: one a target, so that a list shows the last of each."""
    return "result-" + re.sub(r"[^a-z0-9]+", "-", target.lower())
