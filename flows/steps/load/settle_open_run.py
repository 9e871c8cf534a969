"""Settle a run that was opened and not closed; nothing of it is posted any more.

bundle with a receipt      what DHIS2 answered counts
begun, without a receipt   what differs is unknown: the next comparison sends what openIMIS has
then, as today's policy and today's guards let it, or deletes it
refused                    a reject, whatever has stopped the load
never begun                dropped: it is still different
a request body is damaged  it is made once more, from the changes
its rejects are damaged    they are a report: what is refused is listed anew
its folder is lost         what it posted cannot be found out; reported until reconcile repairs
"""

from flows.connectors.dhis2.client import Dhis2
from flows.steps.compare.bundles import remake_bundles
from flows.steps.load.fold import write_refusals
from flows.steps.load.open_and_close import at_address, close_load, lost_run_warning
from flows.steps.load.post_run import Blocked, Sending, find_blocked, strategy_of
from flows.steps.shared.staged_changes import CHANGES
from flows.steps.target.recognition import leave_marker, recognise
from staging.current import Current, read_current, switch
from staging.damage import DamagedError, damaged_error
from staging.files import MISSING
from staging.frames import is_done
from staging.layout import Run, Target
from staging.outbox import Bundle, in_doubt
from staging.rejects import discard_unless_listed
from transforms.changes.guards.permissions import NOTHING, Permissions
from transforms.changes.guards.stopping import StoppedError
from transforms.changes.objects.phases import Phase
from transforms.changes.sending.dependants import objects_of
from transforms.core.errors import SyncError
from transforms.dhis2.import_report import Receipt, Sent
from transforms.model.resources import TrackerType


def settle_open_run(
    target: Target,
    own: Run,
    client: Dhis2,
    allow: Permissions = NOTHING,
) -> str | None:
    """Settle and fold the run that an earlier attempt left open; say what was done, or None.

    Args:
        target: The target's files.
        own: The run that is at work; if it is the open one, it goes on by itself.
        client: The DHIS2; it is recognised, and its marker is moved on.
        allow: That the DHIS2 was moved or restored.

    Raises:
        TargetError: DHIS2 is not as it must be, or another one than before.
        StagingError: What is acknowledged is damaged.
    """
    current = read_current(target)
    if current is None or current.open_run in (None, own.run_id):
        return None
    run = Run(own.root, str(current.open_run))
    found = recognise(client, target, current, allow)
    current = at_address(current, found.info)
    try:
        mend(run)
        unknown = settle_doubts(run)
        close_load(run, target, client, current)
    except DamagedError as error:
        if run.folder not in error.path.parents:
            raise
        return _give_up(run, target, client, current)
    settled = (
        f"Run {run.run_id}, which was cut short, is settled and folded: of {unknown} objects it is "
        f"not known whether DHIS2 accepted them, and they are compared again."
    )
    return f"{found.late_marker} {settled}" if found.late_marker else settled


def mend(run: Run) -> None:
    """Make once more what is damaged of a run's files and follows from its others.

    Raises:
        StagingError: The others are damaged too.
    """
    if not is_done(run, CHANGES):
        raise damaged_error(run.manifest(CHANGES), MISSING)
    discard_unless_listed(run)
    if lost := [bundle for bundle in in_doubt(run) if not bundle.is_whole]:
        remake_bundles(run, lost)


def keep_answers(
    run: Run, target: Target, client: Dhis2, current: Current, error: SyncError
) -> None:
    """Write the rejects of a load that stops; one that was refused too much is folded as well.

    So the next run, whoever starts it, does not meet the same refusals as if they were new.
    """
    write_refusals(run)
    if isinstance(error, StoppedError):
        settle_doubts(run)
        close_load(run, target, client, current)


def settle_doubts(run: Run) -> int:
    """Settle the bundles of a run in doubt as unknown; return how many objects they hold.

    Objects blocked by an earlier refusal were never posted, so they are not counted.
    """
    bundles = in_doubt(run)
    by_phase = {Phase(bundle.phase): find_blocked(run, Phase(bundle.phase)) for bundle in bundles}
    return sum(_settle(bundle, by_phase[Phase(bundle.phase)]) for bundle in bundles)


def _settle(bundle: Bundle, blocked_objects: Blocked) -> int:
    sending = Sending(bundle, blocked_objects, was_begun=True)
    unknown = tuple(Sent(TrackerType(kind), uid) for kind, uid in objects_of(sending.body()))
    sending.settle(Receipt(strategy_of(Phase(bundle.phase)), unknown=unknown))
    return len(unknown)


def _give_up(run: Run, target: Target, client: Dhis2, current: Current) -> str:
    """End a run of which too little is left to know what it has posted."""
    current = leave_marker(client, run.run_id, current)
    ended = {
        "counter": current.counter + 1,
        "last_run": run.run_id,
        "ended": current.ended + 1,
        "last_ended": run.run_id,
        "open_run": None,
        "lost_run": run.run_id,
    }
    switch(target, current.model_copy(update=ended))
    return lost_run_warning(run.run_id)
