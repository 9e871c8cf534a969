"""Sync, the daily flow: it posts to DHIS2 what openIMIS has changed.

thin out old runs ─► settle the run that was cut short ─► extract ─► transform ─► load ─► result
                                                                                   └► (analytics)
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from flows.extract import extract
from flows.load import load
from flows.prefect_support.allowed import record_permissions
from flows.prefect_support.endings import ended_state, in_one_sentence
from flows.prefect_support.named_blocks import connect
from flows.prefect_support.prefect_runner import PrefectRunner
from flows.prefect_support.rejects_event import REJECTS_SHARE, emit_many_rejects
from flows.prefect_support.result import publish_result
from flows.prefect_support.run_names import named_by
from flows.prefect_support.stage_runs import StageRuns, SyncStage
from flows.prefect_support.summary import rejects_of, summarise
from flows.prefect_support.thin_out import thin_out
from flows.prefect_support.turns import needless_state, turn_of_this_run
from flows.prefect_support.waiting import patient_step
from flows.run_analytics import run_analytics
from flows.steps.compare.magnitude import waiting_sentences
from flows.steps.load.load_run import settle_first
from flows.steps.load.validate_sample import validate_sample
from flows.steps.shared.country_file import read_country
from flows.steps.shared.current_state import current_or_first
from flows.steps.shared.stages import StageName, go_through
from flows.steps.shared.turn import NeedlessRunError
from flows.steps.target.recognition import recognise_server
from flows.transform import transform
from staging.layout import Run, Target
from staging.requests import SyncRequest, TransformRequest, Until
from staging.runs import note_language
from transforms.changes.guards.permissions import Allow
from transforms.model.resources import Scope
from transforms.openimis.country import Waiting
from transforms.reports.summaries import RunState

PLACE = ("country", "staging_root")
EXTRACT = SyncStage(extract, "extract/manual", (*PLACE, "run_id", "source"), "source")
TRANSFORM = SyncStage(transform, "transform/manual", tuple(TransformRequest.model_fields))
LOAD = SyncStage(load, "load/manual", (*PLACE, "run_id", "target", "allow"))
ANALYTICS = SyncStage(run_analytics, "run-analytics/manual", (*PLACE, "target"))


@flow(name="sync", flow_run_name=named_by("target"))
@in_one_sentence
def sync(
    source: str,
    target: str,
    country: Path,
    staging_root: Path,
    until: Until = Until.LOAD,
    allow: Sequence[Allow] = (),
    scopes: Sequence[Scope] = (Scope.ALL,),
    changed_from: date | None = None,
    changed_to: date | None = None,
    *,
    analytics: bool = False,
    adx: bool = False,
    rejects_share: float = REJECTS_SHARE,
    pseudonym_key: str | None = None,
    run_id: str | None = None,
    as_deployments: bool = False,
) -> State[str]:
    """Bring DHIS2 up to date with openIMIS.

    Args:
        source: Name of a saved block `openimis-database`.
        target: Name of a saved block `dhis2-server`.
        country: The country file.
        staging_root: Folder of all pipeline files; never inside git.
        until: How far the run goes: `extract`, `transform` (a plan with counts), `validate`
            (DHIS2 judges a sample, and writes nothing) or `load`.
        allow: What is permitted for this run; the sentence of each guard names what lifts it. A
            run that the schedule starts is permitted nothing.
        scopes: What is posted; everything is compared all the same.
        changed_from: Post only what left a trace in openIMIS since this day.
        changed_to: Post only what left a trace in openIMIS until this day.
        analytics: After the load, let DHIS2 build its analytics tables, and wait for that; if it
            fails, so does this run, but what was loaded stays.
        adx: Also write the figures into the run's folder as an ADX file (figures.adx.xml).
        rejects_share: Operators are told if more of what was compared is held back or refused.
        pseudonym_key: Name of a saved block `pseudonym-key`; by default the source's name.
        run_id: Names the run; by default the flow run's id. A run that was cut short goes on when
            it is named again.
        as_deployments: Run each stage as a deployment run of its own; needs a worker of the queue
            `stages`, so that no stage waits for the slot of a sync that waits for it.

    Returns:
        The run's id; the state is named CompletedWithRejects if there are any, and
        CompletedAlready if a run of the schedule was late and a newer one has loaded everything.

    Raises:
        SourceError, TargetError, CountryError, StagingError, GuardError: With the one sentence
            that the run ends with.
        SourceBusyError, BusyError: openIMIS or DHIS2 stayed out of reach for as long as is waited
            for them; the next run goes on.
    """
    run, settings = Run(staging_root, run_id or str(flow_run.id)), read_country(country)
    thin_out(staging_root, settings, run)  # before anything is written: the disk may be full
    note_language(run, settings.languages.reports)
    request = SyncRequest(
        source=source,
        target=target,
        country=country,
        staging_root=staging_root,
        run_id=run.run_id,
        pseudonym_key=pseudonym_key or source,
        scopes=tuple(scopes),
        changed_from=changed_from,
        changed_to=changed_to,
        until=until,
        adx=adx,
        allow=tuple(sorted(record_permissions(run, allow))),
    )
    waiting = settings.waiting if as_deployments else None
    runs = StageRuns(request, waiting, get_run_logger().info)
    try:
        bring_up_to_date(request, settings.waiting, runs, analytics=analytics)
    except NeedlessRunError as needless:
        return needless_state(needless, run.run_id)
    emit_many_rejects(run, target, rejects_of(run), rejects_share)
    return ended_state(run.run_id, rejects_of(run), waiting_sentences(run))


def bring_up_to_date(
    request: SyncRequest, waiting: Waiting, runs: StageRuns, *, analytics: bool
) -> None:
    """Go through the stages when it is this run's turn, and publish what it came to."""
    with publish_result(request, runs):
        go_through(request, stages_of(request, waiting, runs), turn_of_this_run())
        if request.until is not Until.LOAD:
            summarise(request.run, request.target, RunState.PLANNED)
        elif analytics:
            runs.run(ANALYTICS)


def stages_of(
    request: SyncRequest, waiting: Waiting, runs: StageRuns
) -> Mapping[StageName, Callable[[], None]]:
    """Return what each stage does."""
    return {
        "settle": lambda: runs.run_step("settle", lambda: settle(waiting, request)),
        "extract": lambda: runs.run(EXTRACT),
        "transform": lambda: runs.run(TRANSFORM),
        "validate": lambda: runs.run_step(
            "validate", lambda: validate(waiting, request.run, request.target, request.country)
        ),
        "load": lambda: runs.run(LOAD),
    }


@patient_step
def settle(request: SyncRequest) -> None:
    """Settle the run that was cut short, before this one takes its snapshot."""
    settings = read_country(request.country)
    settle_first(
        request.run,
        request.goal,
        lambda: connect(request.target, settings),
        request.allow,
        PrefectRunner(),
    )


@patient_step
def validate(run: Run, target: str, country: Path) -> None:
    """Let DHIS2 judge a sample, and show what it says."""
    state = current_or_first(Target(run.root, target), 0)
    with connect(target, read_country(country)) as client:
        recognise_server(client, state)
        codes = validate_sample(run, client)
    verdict = "could not judge the sample as a whole" if codes is None else f"refuses: {codes or 0}"
    create_markdown_artifact(f"DHIS2 {verdict}.", key="validation", description=f"Run {run.run_id}")
    get_run_logger().info("Validation of a sample: DHIS2 %s; nothing was written", verdict)
