"""How the steps of a stage are run, and who hears of it: plainly here, in a flow by Prefect.

A stage is one sequence of steps. It is written once, and takes a runner: the flows pass the one of
`flows/prefect_support/prefect_runner.py`, which makes a task of each step.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from staging.layout import Run, Target

P = ParamSpec("P")
R = TypeVar("R")


class Runner:
    """Calls each step as it is, and tells nobody."""

    def run(self, step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a step and return its result."""
        return step(*args, **kwargs)

    def info(self, message: str, *values: object) -> None:
        """Tell what a step did, with its counts."""

    def warning(self, message: str, *values: object) -> None:
        """Tell what is odd, but may be."""

    def publish(self, run: Run, key: str, text: str) -> None:
        """Show a page about the run, in Markdown."""

    def progress(self, settled: int, total: int) -> None:
        """Show how many of a load's bundles are settled."""

    def stopped(self, run: Run, target: Target) -> None:
        """Sum up a load that stops before its end."""


PLAIN = Runner()
