"""How the steps of a stage are run and logged: as plain calls here, in a flow by Prefect.

A stage is one sequence of steps. It is written once, and takes a runner: the flows pass the one of
`flows/prefect_support/prefect_runner.py`, which makes a task of each step.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flows.steps.shared.units import Units
from staging.layout import Run, Target
from transforms.openimis.partition_settings import PartitionSettings
from transforms.reports.progress import StageProgress

P = ParamSpec("P")
R = TypeVar("R")


class Runner:
    """Calls each step as it is, and logs nothing."""

    def run(self, step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a step and return its result."""
        return step(*args, **kwargs)

    def units(self, settings: PartitionSettings) -> Units:
        """Return what does units of work: in this process, whatever the settings say of others."""
        return Units(settings.at_once)

    def info(self, message: str, *values: object) -> None:
        """Log what a step did, with its counts."""

    def warning(self, message: str, *values: object) -> None:
        """Log what is odd, but may be."""

    def publish(self, run: Run, key: str, text: str) -> None:
        """Show a page about the run, in Markdown."""

    def show_progress(self, progress: StageProgress) -> None:
        """Show how far the stage is."""

    def summarise_stop(self, run: Run, target: Target) -> None:
        """Sum up a load that stops before its end."""


PLAIN = Runner()
