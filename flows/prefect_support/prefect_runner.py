"""Run the steps of a stage as Prefect's tasks; log and artifacts say what they did."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import ParamSpec, TypeVar, cast
from uuid import UUID

from prefect import get_run_logger
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    update_progress_artifact,
)

from flows.prefect_support.dask_units import DaskUnits
from flows.prefect_support.endings import step as as_task
from flows.prefect_support.summary import summarise
from flows.steps.shared.runner import Runner
from flows.steps.shared.units import Units
from staging.layout import Run, Target
from transforms.core.language import ENGLISH, Language
from transforms.openimis.partition_settings import PartitionSettings
from transforms.reports.load_progress import progress_in_words
from transforms.reports.summaries import RunState

P = ParamSpec("P")
R = TypeVar("R")


class PrefectRunner(Runner):
    """Makes a task of each step, which logs for itself; one runner serves one run of a flow."""

    def __init__(self, language: Language = ENGLISH) -> None:
        self._language = language
        self._progress: UUID | None = None
        self._began, self._settled_before = 0.0, 0

    def run(self, step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a step as a task."""
        return as_task(step)(*args, **kwargs)

    def units(self, settings: PartitionSettings) -> Units:
        """Return what does units of work: here, or on the workers of a cluster."""
        return DaskUnits(settings.scheduler) if settings.scheduler else super().units(settings)

    def info(self, message: str, *values: object) -> None:
        """Log it in Prefect."""
        get_run_logger().info(message, *values)

    def warning(self, message: str, *values: object) -> None:
        """Log it in Prefect as a warning."""
        get_run_logger().warning(message, *values)

    def publish(self, run: Run, key: str, text: str) -> None:
        """Make an artifact of it."""
        create_markdown_artifact(text, key=key, description=f"Run {run.run_id}")

    def show_progress(self, settled: int, total: int) -> None:
        """Move the progress bar of the load."""
        share = 100.0 * settled / total
        if self._progress is None:
            self._began, self._settled_before = monotonic(), settled
            words = self._progress_in_words(settled, total)
            created = create_progress_artifact(share, key="load-progress", description=words)
            self._progress = cast("UUID", created)
        else:
            update_progress_artifact(self._progress, share, self._progress_in_words(settled, total))

    def _progress_in_words(self, settled: int, total: int) -> str:
        done, seconds = settled - self._settled_before, monotonic() - self._began
        now = datetime.now(UTC)
        return progress_in_words(settled, total, done, seconds, now, self._language)

    def summarise_stop(self, run: Run, target: Target) -> None:
        """Write the summary of what is recorded by then."""
        summarise(run, target.name, RunState.STOPPED)
