"""What DHIS2 lacks of what a run uses: made again where the user may, else held back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.system_info import SystemInfo
from flows.steps.load.left_out import note_left_out
from flows.steps.load.push_metadata import push_lost
from flows.steps.load.value_offer import ready_for_values
from flows.steps.shared.staged_changes import all_changes
from flows.steps.target.preflight import ask_offer, check_needs
from staging.current import Current
from staging.layout import Run, Target
from staging.outbox import bundles
from transforms.changes.guards.preflight import restored_sentences, warnings_of
from transforms.changes.objects.phases import OF_VALUES, Phase
from transforms.changes.sending.lacks import Lacks, lacks_of
from transforms.changes.sending.leaving_out import (
    Emptied,
    LeftOut,
    by_field,
    find_left_out,
    values_to_empty,
)
from transforms.changes.sending.needs import needs_of_changes
from transforms.changes.sending.waiting import NOTHING_WAITS, waiting_objects


@dataclass(frozen=True)
class Lacking:
    """What a load cannot post.

    Attributes:
        waiting: type, uid, is_delete and reason of the objects that wait.
        left_out: The values that are left out of the others.
        emptied: Where DHIS2 has another value than the one left out.
        warnings: What DHIS2 lacks or has lacked, a sentence each.
        combos: Options of data values (UIDs, by dots) to what DHIS2 calls their combination.
    """

    waiting: pl.DataFrame
    left_out: LeftOut
    emptied: Emptied = frozenset()
    warnings: Sequence[str] = ()
    combos: Mapping[str, str] = field(default_factory=dict)


NOTHING = Lacking(NOTHING_WAITS, {})
NOTHING_CLOSED: Mapping[str, str] = {}


def make_ready(
    run: Run,
    target: Target,
    client: Dhis2,
    info: SystemInfo,
    current: Current,
    *,
    allow_superuser: bool,
    closed: Mapping[str, str] = NOTHING_CLOSED,
) -> tuple[Current, Lacking]:
    """Return what of a run cannot be posted, once what DHIS2 lost was made again.

    Args:
        run: The run.
        target: The target's files.
        client: The DHIS2.
        info: Who it is.
        current: The acknowledged state.
        allow_superuser: Let a superuser load.
        closed: Org unit (UID) of DHIS2's own to the day after which nothing may lie there.

    Raises:
        TargetError: Nothing of the run could be posted.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    phases = {Phase(bundle.phase) for bundle in bundles(run)}
    lacking = NOTHING
    if phases - set(OF_VALUES):
        current, lacking = _ready_for_persons(
            run, target, client, info, current, allow_superuser=allow_superuser, closed=closed
        )
    if phases & set(OF_VALUES):
        offer, waiting = ready_for_values(client, run)
        whole = pl.concat([lacking.waiting, waiting])
        lacking = replace(lacking, waiting=whole, combos=offer.combos)
    return current, lacking


def _ready_for_persons(
    run: Run,
    target: Target,
    client: Dhis2,
    info: SystemInfo,
    current: Current,
    *,
    allow_superuser: bool,
    closed: Mapping[str, str],
) -> tuple[Current, Lacking]:
    """Return what of the tracker objects of a run cannot be posted."""
    needs = needs_of_changes(all_changes(run))
    offer = check_needs(client, info, needs, allow_superuser=allow_superuser)
    lost = lacks = replace(lacks_of(offer, needs), closed_places=closed)
    current, has_pushed = push_lost(run, target, client, current, offer, lost)
    if has_pushed:
        offer = ask_offer(client, info, needs)
        lacks = replace(lacks_of(offer, needs), closed_places=closed)
    warnings = (*restored_sentences(lost, lacks), *warnings_of(offer, needs, lacks))
    return current, _note_lacking(run, lacks, warnings)


def _note_lacking(run: Run, lacks: Lacks, warnings: Sequence[str]) -> Lacking:
    """Note which values are left out, and return what waits."""
    changes, rows = all_changes(run), find_left_out(lacks)
    note_left_out(run, rows)
    if lacks.is_empty:
        return Lacking(NOTHING_WAITS, {}, warnings=warnings)
    values = by_field(rows)
    return Lacking(
        waiting_objects(changes, lacks), values, values_to_empty(changes, values), warnings
    )
