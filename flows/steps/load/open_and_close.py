"""What comes before the first bundle of a load and after its last.

    open_load    the same server with what the last load left, org units and options pushed,
                 what DHIS2 lost of them made again, what it lacks noted; then the run is opened
    (bundles)    flows/steps/load/post_run.py
    close_load   the marker is moved on, and the run is folded

A run that was opened and not closed is settled by the next one: flows/steps/load/settle_open_run.py
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.load.fold import check_not_older, fold, with_ended_run
from flows.steps.load.lacking import NOTHING as NOTHING_LACKS
from flows.steps.load.lacking import Lacking, make_ready
from flows.steps.load.leave_groups import leave_groups
from flows.steps.load.push_metadata import push_changed
from flows.steps.shared.current_state import current_or_first
from flows.steps.target.recognition import leave_marker, recognise, recognise_server
from staging.current import Current, switch
from staging.layout import Run, Target
from staging.manifests import ChangesManifest
from staging.outbox import bundles, doubt_damaged
from staging.receipts import outcomes
from transforms.changes.guards.guards import refuse_withdrawn
from transforms.changes.guards.permissions import NOTHING, Allow, Permissions
from transforms.core.errors import StagingError
from transforms.dhis2.tables.patches import Harm
from transforms.matching.drift import NO_DRIFT, Drift


@dataclass(frozen=True)
class OpenLoad:
    """A load that may post.

    Attributes:
        current: The acknowledged state; the run is its open one.
        info: Who the server is.
        is_folded: The run was folded by an earlier attempt; there is nothing to do.
        as_superuser: Whether a superuser is permitted to load.
        warnings: What is odd about the target or the run's files, but may be.
        lacking: What cannot be posted, because DHIS2 lacks what it uses.
    """

    current: Current
    info: SystemInfo
    is_folded: bool
    warnings: Sequence[str] = ()
    as_superuser: bool = False
    lacking: Lacking = NOTHING_LACKS


def open_load(
    run: Run,
    target: Target,
    client: Dhis2,
    allow: Permissions = NOTHING,
    drift: Drift = NO_DRIFT,
) -> OpenLoad:
    """Make sure that DHIS2 accepts what is about to be posted, and open the run.

    Args:
        run: The run; its outbox is sealed.
        target: The target's files.
        client: The DHIS2.
        allow: What is permitted.
        drift: What became of DHIS2's own org units, where they are used.

    Raises:
        TargetError: DHIS2 is not as it must be, or another one than before.
        GuardError: All was withdrawn from this DHIS2.
        StagingError: Another run was folded since this one made its comparison; or the run was
            posted to another target, or to this one before it began anew.
    """
    partitions = ChangesManifest.read(run).partitions
    current = begin_again(current_or_first(target, partitions), run, allow)
    if not check_not_older(run, current):
        return OpenLoad(current, recognise_server(client, current, allow), is_folded=True)
    _refuse_answers_of_another(run, target, current)
    found = recognise(client, target, current, allow)
    warnings = [*found.warnings, *_lost_runs(current), *drift.sentences]
    theirs = {"existing": dict(client.renaming.theirs)}
    current = at_address(current, found.info).model_copy(update=theirs)
    switch(target, current)
    current, unfinished = leave_groups(run, target, client, current)
    current = push_changed(run, target, client, current, unfinished)
    warnings += receipts_damaged(doubt_damaged(run))
    as_superuser, lacking = Allow.SUPERUSER in allow, NOTHING_LACKS
    if bundles(run):
        current, lacking = make_ready(
            run,
            target,
            client,
            found.info,
            current,
            allow_superuser=as_superuser,
            closed=drift.closed,
        )
        warnings += lacking.warnings
        current = current.model_copy(update={"open_run": run.run_id})
        switch(target, current)
    warnings += found.info.patch_warnings(Harm.FIGURES)
    return OpenLoad(
        current,
        found.info,
        is_folded=False,
        warnings=warnings,
        as_superuser=as_superuser,
        lacking=lacking,
    )


def begin_again(current: Current, run: Run, allow: Permissions) -> Current:
    """Return the state in which a DHIS2 may be filled: it is withdrawn no longer, if permitted.

    Raises:
        GuardError: All was withdrawn from it, and no permission lets the run fill it again.
    """
    if current.withdrawn in (None, run.run_id):
        return current
    if Allow.BEGIN_AGAIN not in allow:
        refuse_withdrawn(str(current.withdrawn))
    return current.model_copy(update={"withdrawn": None})


def _refuse_answers_of_another(run: Run, target: Target, current: Current) -> None:
    """Refuse a run that has posted, if the target does not know: what was answered is another's."""
    has_posted = any(bundle.sent.exists() or bundle.is_settled for bundle in bundles(run))
    if has_posted and current.open_run != run.run_id:
        raise StagingError(
            f"Run {run.run_id} has posted before, and target {target.name} knows nothing of it: it "
            f"was posted to another target, or to this one before what it had confirmed was "
            f"removed. What DHIS2 answered then is not true of this one. Start a new run. Nothing "
            f"was posted."
        )


def close_load(run: Run, target: Target, client: Dhis2, current: Current) -> Current:
    """Move the marker on and fold the run; a run without bundles leaves DHIS2 as it is."""
    if not bundles(run):
        return _note(run, target, current)
    if check_not_older(run, current):
        current = leave_marker(client, run.run_id, current)
    return fold(run, target, current)


def _note(run: Run, target: Target, current: Current) -> Current:
    """Remember that a run ended which had nothing to post: what was compared before it is old."""
    after = with_ended_run(run, target, current, outcomes(run))
    switch(target, after)
    return after


def receipts_damaged(receipts: Sequence[Path]) -> list[str]:
    """Say which receipts of a run were damaged."""
    return [
        f"{path} was damaged: its bundle, and those of later phases, are posted once more."
        for path in receipts
    ]


def _lost_runs(current: Current) -> list[str]:
    return [lost_run_warning(current.lost_run)] if current.lost_run else []


def lost_run_warning(run_id: str) -> str:
    """Say that nobody can find out what a run has posted."""
    return (
        f"Run {run_id} was begun and has not ended, and its folder is not there as it was: what it "
        f"has posted is not known. What openIMIS has changed since is sent all the same; what was "
        f"changed back since may be wrong in DHIS2. When there is time, let reconcile with repair "
        f"read DHIS2 back; until then each load says so."
    )


def at_address(current: Current, info: SystemInfo) -> Current:
    """Remember where DHIS2 answers; who it is, only superusers see."""
    system_id = info.system_id or current.system_id
    return current.model_copy(update={"base_url": info.base_url, "system_id": system_id})
