"""Run analytics: build DHIS2's analytics tables, so that dashboards show what was loaded."""

from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.prefect_support.endings import in_one_sentence
from flows.prefect_support.named_blocks import connect
from flows.prefect_support.run_names import named_by
from flows.prefect_support.waiting import patient_step
from flows.steps.analytics.build_tables import Progress, build_analytics_tables
from flows.steps.analytics.counted_events import NOT_JUDGED, confirmed_events, judge_tables
from flows.steps.shared.country_file import read_country
from staging.layout import Target

NOTHING_TO_JUDGE_BY = f"{NOT_JUDGED} no load of this target is known in the staging folder."


@flow(name="run-analytics", flow_run_name=named_by("target"))
@in_one_sentence
def run_analytics(target: str, country: Path, staging_root: Path) -> State[None]:
    """Build the analytics tables in full, wait until that has ended, and see that they are new.

    Args:
        target: Name of a saved block `dhis2-server`, of a user who may perform maintenance.
        country: The country file; says how long it may take.
        staging_root: Folder of all pipeline files, which tells how many events the tables must
            hold.

    Raises:
        TargetError: It was not started, failed, was not over in time, or left old tables; what was
            loaded stays.
        BusyError: DHIS2 stayed out of reach for as long as is waited for it.
    """
    verdict = build(read_country(country).waiting, target, country, staging_root)
    create_markdown_artifact(verdict, key="run-analytics", description=f"Analytics of {target}")
    return Completed(message=verdict)


@patient_step
def build(target: str, country: Path, staging_root: Path) -> str:
    """Build the tables, report how far they are, and return how it ended.

    A DHIS2 that restarts has lost the job, so it is begun again; two runs in full do no harm.
    """
    settings, logger = read_country(country), get_run_logger()

    def report(progress: Progress, seconds: float) -> None:
        logger.info(
            "Analytics tables %s: %d steps after %.0f s", progress.ending, progress.steps, seconds
        )

    confirmed = confirmed_events(Target(staging_root, target), settings)
    with connect(target, settings) as client:
        info = client.system_info()
        seconds = build_analytics_tables(client, info, settings.analytics, report)
        judgement = NOTHING_TO_JUDGE_BY
        if confirmed is not None:
            judgement = judge_tables(client, confirmed, info.calendar)
    return f"DHIS2's analytics tables are built, after {seconds:.0f} seconds. {judgement}"
