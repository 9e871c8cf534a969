"""Load: bundles → DHIS2 → receipts → acknowledged; goes on where it was stopped."""

from collections.abc import Sequence
from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State

from flows.prefect_support.after_retry import tell_sync
from flows.prefect_support.allowed import record_permissions
from flows.prefect_support.endings import ended_state, in_one_sentence
from flows.prefect_support.named_blocks import connect
from flows.prefect_support.prefect_runner import PrefectRunner
from flows.prefect_support.pseudonym_key import load_pseudonym_key
from flows.prefect_support.run_names import named_by
from flows.prefect_support.summary import summarise
from flows.prefect_support.thin_out import thin_out
from flows.prefect_support.waiting import patient_step
from flows.steps.compare.magnitude import waiting_sentences
from flows.steps.load.load_run import check_resumable, load_run, loading
from flows.steps.shared.country_file import read_country
from staging.languages import language_of
from staging.layout import Run, Target
from staging.runs import note_language
from transforms.changes.guards.permissions import Allow, Permissions
from transforms.reports.summaries import RunState


@flow(name="load", flow_run_name=named_by("target"))
@in_one_sentence
def load(
    target: str,
    country: Path,
    staging_root: Path,
    run_id: str,
    allow: Sequence[Allow] = (),
) -> State[str]:
    """Post the bundles of a run and remember what DHIS2 confirmed; started again, it goes on.

    Args:
        target: Name of a saved block `dhis2-server`.
        country: The country file.
        staging_root: Folder of all pipeline files; never inside git.
        run_id: The run; its outbox is sealed.
        allow: What is permitted for this run; the sentence of each guard names what lifts it.

    Returns:
        The run's id; the state is named CompletedWithRejects if there are any.

    Raises:
        TargetError: DHIS2 is not as it must be.
        BusyError: It stayed out of reach for as long as is waited for it.
        GuardError: All was withdrawn from this DHIS2.
        StagingError: Another run holds the target, or has moved it on; or the run is another
            target's; or country file or pseudonym key are others than when its bundles were made.
    """
    run, goal, settings = (
        Run(staging_root, run_id),
        Target(staging_root, target),
        read_country(country),
    )
    with loading(run, goal):
        note_language(run, settings.languages.reports)
        allowed = record_permissions(run, allow)
        rejects = bring_to_dhis2(settings.waiting, run, goal, country, allowed)
        thin_out(staging_root, settings)
        ended = ended_state(run_id, rejects, waiting_sentences(run))
        tell_sync(run, goal, ended)
    return ended


@patient_step
def bring_to_dhis2(run: Run, target: Target, country: Path, allow: Permissions) -> int:
    """Post what the run has not posted yet, and fold it; return how many rejects there are.

    Tried again after DHIS2 was away, it asks anew whether this is the DHIS2 of before, and whether
    country file and pseudonym key are those that the bundles were made with.
    """
    settings, runner = read_country(country), PrefectRunner(language_of(run))
    check_resumable(run, settings, load_pseudonym_key)
    with connect(target.name, settings) as client:
        opened = load_run(run, target, client, settings, allow, runner)
    return summarise(run, target.name, RunState.LOADED, opened.current.last_run)
