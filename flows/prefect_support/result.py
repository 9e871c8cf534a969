"""The result of a run of sync, as an artifact of that run: also where it failed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact

from flows.prefect_support.endings import unforeseen_error
from flows.prefect_support.stage_runs import StageRuns
from staging.damage import in_words
from staging.requests import SyncRequest
from staging.summaries import read_summary, summaries_before
from transforms.core.errors import SyncError
from transforms.reports.run_result import RunResult, result_page


@contextmanager
def publish_result(request: SyncRequest, stages: StageRuns) -> Iterator[None]:
    """Publish what the run came to when its stages are over, and raise what ended them."""
    try:
        with in_words():
            yield
    except SyncError as error:
        _publish(request, stages, str(error))
        raise
    except Exception as error:
        _publish(request, stages, str(unforeseen_error(error)))
        raise
    _publish(request, stages, None)


def _publish(request: SyncRequest, stages: StageRuns, failure: str | None) -> None:
    """Make the artifact; a page that cannot be made is logged, and hides no failure."""
    try:
        page = result_page(_result(request, stages, failure))
        create_markdown_artifact(page, key=result_key(request.target), description="The result")
    except Exception as error:
        get_run_logger().warning(
            "The page of the result could not be made: %s", unforeseen_error(error)
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
