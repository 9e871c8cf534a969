"""Load: bundles → DHIS2 → receipts → acknowledged; goes on where it was stopped."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast
from uuid import UUID

from prefect import flow, get_run_logger
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.client.schemas.objects import State

from flows.connectors.dhis2.client import Dhis2
from flows.prefect_support.allowed import record_permissions
from flows.prefect_support.endings import ended_state, in_one_sentence, step
from flows.prefect_support.named_blocks import connect
from flows.prefect_support.pseudonym_key import load_pseudonym_key
from flows.prefect_support.summary import guard_sentences, summarise
from flows.prefect_support.thin_out import thin_out
from flows.prefect_support.waiting import patient_step
from flows.steps.load.open_and_close import OpenLoad, close_load, open_load
from flows.steps.load.post_run import Posting, stop_rule_of
from flows.steps.load.resuming import check_same_key, refuse_stopped
from flows.steps.load.settle_open_run import keep_answers, settle_open_run
from flows.steps.shared.country_file import read_country, remember_what_may_leave
from flows.steps.shared.current_state import current_or_first
from staging.current import Current
from staging.layout import Run, Target
from staging.outbox import Bundle, bundles
from staging.runs import at_work, remember
from staging.target_lock import locked
from transforms.changes.permissions import Allow, Permissions
from transforms.changes.phases import Phase
from transforms.core.errors import SyncError
from transforms.openimis.country import Country


@flow(name="load")
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
    with locked(goal, run_id), at_work(run):
        remember(run, target=target)
        allowed = record_permissions(run, allow)
        rejects = bring_to_dhis2(settings.waiting, run, goal, country, allowed)
        thin_out(staging_root, settings)
    return ended_state(run_id, rejects, guard_sentences(run))


@patient_step
def bring_to_dhis2(run: Run, target: Target, country: Path, allow: Permissions) -> int:
    """Post what the run has not posted yet, and fold it; return how many rejects there are.

    Tried again after DHIS2 was away, it asks anew whether this is the DHIS2 of before, and whether
    country file and pseudonym key are those that the bundles were made with.
    """
    settings = read_country(country)
    remember_what_may_leave(run, settings)
    check_same_key(run, settings, load_pseudonym_key)
    with connect(target.name, settings) as client:
        settle_earlier_run(run, target, client, allow)
        before = current_or_first(target, 0).last_run
        opened = open_run(run, target, client, allow)
        if opened.is_folded:
            refuse_stopped(run)
        else:
            bring(run, target, client, opened, settings)
    return summarise(run, target.name, before)


@step
def settle_earlier_run(run: Run, target: Target, client: Dhis2, allow: Permissions) -> None:
    """Settle the run that was cut short; what it left in doubt is compared again."""
    if settled := settle_open_run(target, run, client, allow):
        get_run_logger().info("%s", settled)


@step
def open_run(run: Run, target: Target, client: Dhis2, allow: Permissions) -> OpenLoad:
    """Make sure that DHIS2 takes what is about to be posted; push org units and options."""
    opened = open_load(run, target, client, allow)
    get_run_logger().info("DHIS2 %s takes what is to be posted", opened.info.version)
    for warning in opened.warnings:
        get_run_logger().warning("%s", warning)
    return opened


def bring(run: Run, target: Target, client: Dhis2, opened: OpenLoad, country: Country) -> None:
    """Post the bundles of a run and fold it; if it has to stop, keep the answers so far."""
    rule = stop_rule_of(run, opened.current.refused, country.guards)
    posting = Posting(
        run,
        client,
        opened.info,
        country.load,
        stop_rule=rule,
        as_superuser=opened.as_superuser,
    )
    try:
        post_everything(posting)
    except SyncError as error:
        end_early(run, target, client, opened.current, error)
        raise
    fold_run(run, target, client, opened.current)


def post_everything(posting: Posting) -> None:
    """Post all bundles, phase after phase, and show how far it is."""
    everything = bundles(posting.run)
    if not everything:
        return
    settled = sum(bundle.is_settled for bundle in everything)
    artifact = create_progress_artifact(0.0, key="load-progress", description="Bundles settled")
    for phase in Phase:
        for chunk in posting.chunks(phase):
            post_chunk(posting, phase, chunk)
            settled += len(chunk)
            update_progress_artifact(cast("UUID", artifact), 100.0 * settled / len(everything))


@step
def post_chunk(posting: Posting, phase: Phase, chunk: Sequence[Bundle]) -> None:
    """Post about a hundred bundles."""
    objects = posting.post(phase, chunk)
    get_run_logger().info("%s: %d bundles, %d objects settled", phase, len(chunk), objects)


@step
def end_early(run: Run, target: Target, client: Dhis2, current: Current, error: SyncError) -> None:
    """Write the rejects of a load that stops, and keep the answers so far."""
    keep_answers(run, target, client, current, error)
    summarise(run, target.name, None)


@step
def fold_run(run: Run, target: Target, client: Dhis2, current: Current) -> None:
    """Move the marker on, and remember what DHIS2 confirmed."""
    close_load(run, target, client, current)
