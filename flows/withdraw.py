"""Withdraw: delete from a DHIS2 all people, policies and claims that we hold there."""

from collections.abc import Sequence
from pathlib import Path

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from flows.load import load
from flows.prefect_support.allowed import record_permissions
from flows.prefect_support.endings import ended_state, in_one_sentence, step
from flows.prefect_support.named_blocks import connect
from flows.prefect_support.run_names import named_by
from flows.prefect_support.summary import rejects_of
from flows.steps.compare.bundles import stage_bundles
from flows.steps.compare.changes import stage_withdrawal
from flows.steps.load.settle_open_run import settle_open_run
from flows.steps.shared.country_file import read_country
from flows.steps.shared.current_state import current_or_first
from flows.steps.shared.existing import check_same_things
from staging.current import read_current, switch
from staging.layout import Run, Target
from staging.runs import RunRecord, at_work, remember
from staging.target_lock import locked
from transforms.changes.guards.permissions import Allow, Permissions
from transforms.core.errors import GuardError


@flow(name="withdraw", flow_run_name=named_by("target"))
@in_one_sentence
def withdraw(
    target: str,
    country: Path,
    staging_root: Path,
    confirm: str,
    run_id: str | None = None,
    allow: Sequence[Allow] = (),
) -> State[str]:
    """Delete everything that this staging folder holds in a DHIS2: the end of a pilot.

    Afterwards sync stops until it is permitted to begin again. Programs, option sets, org units and
    dashboards stay. DHIS2 keeps deleted objects, marked as deleted, until its own maintenance
    removes them.

    Args:
        target: Name of the saved block `dhis2-server`.
        country: The country file.
        staging_root: Folder of all pipeline files.
        confirm: The target's name once more; anything else deletes nothing.
        run_id: Names the run; by default the flow run's id.
        allow: What else is permitted for this run, such as `superuser`.

    Raises:
        GuardError: `confirm` is not the target's name.
        TargetError, StagingError: As `load`.
    """
    if confirm != target:
        raise GuardError(
            f"To delete everything from {target!r}, confirm has to be {target!r}; it is "
            f"{confirm!r}. Nothing was deleted."
        )
    run, goal = Run(staging_root, run_id or str(flow_run.id)), Target(staging_root, target)
    with locked(goal, run.run_id, for_stages=True):
        remember(run, RunRecord(kind="withdraw", target=target))
        allowed = record_permissions(run, allow)
        stage_deletions(run, goal, country, allowed)
        for_all = [Allow.DELETES, Allow.BEGIN_AGAIN, *allowed]
        load(target, country, staging_root, run.run_id, for_all)
    return ended_state(run.run_id, rejects_of(run))


@step
def stage_deletions(run: Run, target: Target, country: Path, allow: Permissions) -> None:
    """Stage the deletion of everything acknowledged; an earlier open run is settled first."""
    settings = read_country(country)
    with connect(target.name, settings) as client:
        check_same_things(read_current(target), client.renaming)
        settle_open_run(target, run, client, allow)
    with at_work(run):
        remember_withdrawal(target, run)
        stage_withdrawal(run, target, current_or_first(target, 1))
        stage_bundles(run, settings.load.bundle_size)


def remember_withdrawal(target: Target, run: Run) -> None:
    """Note, before anything is deleted, that no later run may put it back by itself."""
    current = read_current(target)
    if current is not None:
        switch(target, current.model_copy(update={"withdrawn": run.run_id}))
