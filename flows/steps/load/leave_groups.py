"""Take org units out of our groups that places have left for another, before the push.

Only where places go to org units that DHIS2 has already. Of those that are not ours nothing else is
written, and programs and data set keep them: data may lie there.
"""

from collections.abc import Collection

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.steps.load.push_metadata import remember_confirmed
from flows.steps.target.org_units import take_out_of_groups
from staging.acknowledged import scan
from staging.current import Current
from staging.frames import scan_frame
from staging.layout import Run, Target
from staging.rejects import write_rejects
from staging.runs import recall
from transforms.changes.answers.left_org_units import left_org_units
from transforms.changes.answers.metadata_changes import CONFIRMED
from transforms.changes.answers.reject_rows import reject_rows
from transforms.changes.sending.metadata_selection import is_chosen
from transforms.model.resources import ORG_UNITS, Scope

LEFT = f"{ORG_UNITS}.left"


def leave_groups(
    run: Run, target: Target, client: Dhis2, current: Current
) -> tuple[Current, Collection[str]]:
    """Take what places have left out of our groups, and forget that DHIS2 has confirmed it so.

    Returns:
        The state, and the keys of places whose former org unit DHIS2 keeps in a group: rejects.
        They have to stay as they were confirmed, or the next run would not know the org unit.
    """
    scopes = recall(run).scopes or (Scope.ALL,)
    if not (run.desired(ORG_UNITS, 0).exists() and is_chosen(ORG_UNITS, scopes)):
        return current, ()
    confirmed = scan(target, current, ORG_UNITS, 0, CONFIRMED)
    left = left_org_units(scan_frame(run.desired(ORG_UNITS, 0)), confirmed).collect()
    if left.is_empty() and not run.rejects(LEFT).exists():
        return current, ()
    pushed = take_out_of_groups(client, left)
    rejects = pushed.rejects.with_columns(stage=pl.lit("dhis2"))
    write_rejects(run, {LEFT: reject_rows(ORG_UNITS, rejects)})
    forgotten = confirmed.filter(~pl.col("key").is_in(pushed.accepted))
    return remember_confirmed(run, target, current, ORG_UNITS, forgotten), pushed.refused.keys()
