"""The daily part of the metadata: options that are new or changed in openIMIS, set by set.

Only the changed rows are given. Of their sets DHIS2's own options are read, and what differs is
posted, so a push that is repeated posts nothing. Nothing is ever deleted: an option stays. One bad
object is a reject and stops nobody else.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.failures import Outcome
from flows.connectors.dhis2.metadata_objects import import_objects
from flows.connectors.dhis2.metadata_read import has_hole, options_of
from flows.steps.target.push_result import NOT_STORED, PushResult
from transforms.core.json_texts import Json
from transforms.dhis2.metadata_options import options_to_post, stored_uids
from transforms.package.org_units_and_options import option_objects

OPTION_SET_HAS_A_HOLE = "option_set_has_a_hole"


def push_options(
    client: Dhis2, changed: pl.DataFrame, pushed: PushResult | None = None
) -> PushResult:
    """Make options new or renamed, set by set.

    Args:
        client: The DHIS2.
        changed: Rows of `transforms.model.options.options`.
        pushed: Filled as it goes, so that a caller has what was refused before an error.

    Returns:
        What became of the rows: `pushed`.

    Raises:
        TargetError: DHIS2 does not let the user read.
        BusyError: It stayed busy or out of reach, or fails on a request without objects.
    """
    pushed = PushResult() if pushed is None else pushed
    keys = dict(changed.select("uid", "key").iter_rows())
    desired = sorted(option_objects(changed), key=_set_of)
    for option_set, options in groupby(desired, key=_set_of):
        _push_set(client, option_set, list(options), keys, pushed)
    return pushed


def _set_of(option: Json) -> str:
    return str(option["optionSet"]["id"])


def _push_set(
    client: Dhis2, option_set: str, desired: list[Json], keys: Mapping[str, str], pushed: PushResult
) -> None:
    there = options_of(client, option_set)
    needed = options_to_post(desired, there)
    outcome = Outcome()
    try:
        _import_options(client, option_set, needed, outcome)
    finally:
        pushed.refused |= {keys[uid]: codes for uid, codes in outcome.refused.items()}
        pushed.in_doubt |= {keys[uid] for uid in outcome.in_doubt}
    now = stored_uids(desired, options_of(client, option_set) if needed else there)
    pushed.posted += len(needed) - len(outcome.refused)
    for thing in desired:
        uid = thing["id"]
        if uid in now:
            pushed.accepted.append(keys[uid])
            pushed.refused.pop(keys[uid], None)
        else:
            pushed.refused[keys[uid]] = outcome.refused.get(uid, [NOT_STORED])


def _import_options(
    client: Dhis2, option_set: str, needed: Sequence[Json], outcome: Outcome
) -> None:
    if needed and has_hole(client, option_set):
        outcome.refuse([thing["id"] for thing in needed], OPTION_SET_HAS_A_HOLE)
    else:
        import_objects(client, "options", needed, outcome)
