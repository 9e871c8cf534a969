"""Run analytics: build DHIS2's analytics tables, so that dashboards show what was loaded."""

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.endings import in_one_sentence, step
from flows.tasks.analytics import Progress, build_analytics_tables
from flows.tasks.country import read_country
from flows.tasks.loading import connected


@flow(name="run-analytics")
@in_one_sentence
def run_analytics(target: str, country: Path) -> State[None]:
    """Build the analytics tables in full, and wait until that has ended.

    Args:
        target: Name of a saved block `dhis2-server`, of a user who may perform maintenance.
        country: The country file; says how long it may take.

    Raises:
        TargetError: It was not started, failed, or was not over in time; what was loaded stays.
    """
    said = built(target, country)
    create_markdown_artifact(said, key="run-analytics", description=f"Analytics of {target}")
    return Completed(message=said)


@step
def built(target: str, country: Path) -> str:
    """Build the tables, tell how far they are, and return how it ended."""
    settings, logger = read_country(country), get_run_logger()

    def told(progress: Progress, seconds: float) -> None:
        logger.info(
            "Analytics tables %s: %d steps after %.0f s", progress.ending, progress.steps, seconds
        )

    with connected(target, settings) as client:
        seconds = build_analytics_tables(client, settings.analytics, told)
    return f"DHIS2's analytics tables are built, after {seconds:.0f} seconds."
