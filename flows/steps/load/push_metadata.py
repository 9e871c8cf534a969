"""Push org units and options before the data that need them, and remember which DHIS2 holds.

push_changed    what is new or changed in openIMIS
push_lost       what DHIS2 had confirmed, the data need, and somebody deleted there
"""

from collections.abc import Collection

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.compare.magnitude import findings_of
from flows.steps.target.options import push_options
from flows.steps.target.org_units import push_org_units
from flows.steps.target.push_result import PushResult
from staging.acknowledged import free_version, scan, write
from staging.current import Current, switch, with_version
from staging.frames import scan_frame
from staging.layout import Run, Target
from staging.rejects import write_rejects
from transforms.changes.answers.metadata_changes import (
    CONFIRMED,
    confirmed_after,
    keep_confirmed,
    mark_in_doubt,
)
from transforms.changes.answers.reject_rows import option_rows, reject_rows
from transforms.changes.guards.holding_back import fields_held_back
from transforms.changes.sending.lacks import Lacks
from transforms.changes.sending.metadata_selection import lost_options, lost_org_units
from transforms.changes.sending.offer import Offer
from transforms.model.resources import METADATA, OPTIONS, ORG_UNITS

PUSHES = {OPTIONS: push_options, ORG_UNITS: push_org_units}
LOST = "lost"


def push_changed(
    run: Run, target: Target, client: Dhis2, current: Current, unfinished: Collection[str] = ()
) -> Current:
    """Push the options and org units that are new or changed, before the data that need them.

    What DHIS2 refuses is a reject, also where the push ends with an error.

    Args:
        run: The run.
        target: The target's files.
        client: The DHIS2.
        current: The state.
        unfinished: Keys of org units that are pushed, and stay confirmed as they were.
    """
    for name in METADATA:
        changed = scan_frame(run.changes(name, 0)).collect()
        if len(changed):
            current = _push(run, target, client, current, name, changed, name, unfinished)
    return current


def push_lost(
    run: Run, target: Target, client: Dhis2, current: Current, offer: Offer, lacks: Lacks
) -> tuple[Current, bool]:
    """Push the options and org units that the data need and DHIS2 has no more, or not assigned.

    What this run has pushed already is not tried again.

    Returns:
        The state, and whether anything was pushed.
    """
    has_pushed = False
    for name in METADATA:
        rejects = f"{name}.{LOST}"
        lost = _lost_rows(run, scan(target, current, name, 0, CONFIRMED), name, offer, lacks)
        if len(lost):
            current = _push(run, target, client, current, name, lost, rejects)
            has_pushed = True
        elif run.rejects(rejects).exists():
            write_rejects(run, {rejects: _rejects(name, PushResult(), lost)})
    return current, has_pushed


def _lost_rows(
    run: Run, confirmed: pl.LazyFrame, name: str, offer: Offer, lacks: Lacks
) -> pl.DataFrame:
    changed = scan_frame(run.changes(name, 0))
    if lacks.is_empty or not run.desired(name, 0).exists():  # a withdrawal wants nothing
        return changed.clear().collect()
    desired = scan_frame(run.desired(name, 0)).join(changed, on="key", how="anti")
    values = fields_held_back(findings_of(run), name)
    kept = keep_confirmed(name, desired, confirmed, values)
    if name == ORG_UNITS:
        return lost_org_units(kept, offer, lacks).collect()
    return lost_options(kept, lacks).collect()


def _push(
    run: Run,
    target: Target,
    client: Dhis2,
    current: Current,
    name: str,
    rows: pl.DataFrame,
    rejects: str,
    unfinished: Collection[str] = (),
) -> Current:
    """Push some rows: they are in doubt from before the first request until all have answers."""
    confirmed = scan(target, current, name, 0, CONFIRMED)
    current = remember_confirmed(
        run, target, current, name, mark_in_doubt(confirmed, rows.lazy(), run.run_id)
    )
    pushed = PushResult()
    try:
        PUSHES[name](client, rows.drop("content"), pushed)
    finally:
        write_rejects(run, {rejects: _rejects(name, pushed, rows)})
    accepted = set(pushed.accepted).difference(unfinished)
    after = confirmed_after(confirmed, rows.lazy(), accepted, run.run_id, in_doubt=pushed.in_doubt)
    return remember_confirmed(run, target, current, name, after)


def _rejects(name: str, pushed: PushResult, rows: pl.DataFrame) -> pl.DataFrame:
    rejects = pushed.rejects.with_columns(stage=pl.lit("dhis2"))
    return option_rows(rejects, rows) if name == OPTIONS else reject_rows(name, rejects)


def remember_confirmed(
    run: Run, target: Target, current: Current, name: str, rows: pl.LazyFrame
) -> Current:
    """Switch to a new version of what is confirmed of the org units or options."""
    version = free_version(current, name, run.run_id)
    after = with_version(current, version, {name: [write(target, version, name, 0, rows)]})
    switch(target, after)
    return after
