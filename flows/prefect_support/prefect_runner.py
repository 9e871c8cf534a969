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
from flows.prefect_support.endings import unforeseen_error
from flows.prefect_support.summary import summarise
from flows.steps.shared.runner import Runner
from flows.steps.shared.units import Units
from staging.layout import Run, Target
from transforms.core.errors import UNFORESEEN
from transforms.core.language import ENGLISH, Language
from transforms.openimis.partition_settings import PartitionSettings
from transforms.reports.progress import StageProgress, progress_in_words
from transforms.reports.summaries import RunState

P = ParamSpec("P")
R = TypeVar("R")
PAUSE_SECONDS, PAUSE_AFTER_FAULT_SECONDS = 5.0, 300.0
"""The progress is shown no more often: each time is a request to Prefect, and is waited for."""


class PrefectRunner(Runner):
    """Makes a task of each step, which logs for itself; one runner serves one run of a flow."""

    def __init__(self, language: Language = ENGLISH) -> None:
        self._language = language
        self._progress: UUID | None = None
        self._began, self._next_look = 0.0, 0.0

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

    def show_progress(self, progress: StageProgress) -> None:
        """Move the progress bar of the stage, now and then; no stage ends for that."""
        now = monotonic()
        if now < self._next_look and not progress.is_over:
            return
        self._began = self._began or now
        seconds, clock = now - self._began, datetime.now(UTC)
        words, pause = progress_in_words(progress, seconds, clock, self._language), PAUSE_SECONDS
        try:
            self._move_bar(progress, words)
        except UNFORESEEN as error:
            self.warning("The progress could not be shown: %s", unforeseen_error(error))
            pause = PAUSE_AFTER_FAULT_SECONDS
        self._next_look = monotonic() + pause

    def _move_bar(self, progress: StageProgress, words: str) -> None:
        if self._progress is None:
            key = f"{progress.stage}-progress"
            created = create_progress_artifact(progress.share, key=key, description=words)
            self._progress = cast("UUID", created)
        else:
            update_progress_artifact(self._progress, progress.share, words)

    def summarise_stop(self, run: Run, target: Target) -> None:
        """Write the summary of what is recorded by then."""
        summarise(run, target.name, RunState.STOPPED)
