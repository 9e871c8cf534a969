"""Which org units are in a group, or assigned to a program or data set: brought up to date."""

from collections.abc import Collection

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.failures import Outcome
from flows.connectors.dhis2.references import change_references, members

NOT_ASSIGNED = "not_assigned"
GROUP_MISSING = "group_not_in_dhis2"


def collect_members(
    client: Dhis2,
    kind: str,
    uid: str,
    inside: Collection[str],
    outside: Collection[str],
    outcome: Outcome,
    *,
    may_lack: bool = False,
) -> int:
    """Bring the org units of a group or program up to date; refuse those that did not arrive.

    What DHIS2 may lack takes none, and nobody is refused for it.
    """
    there = members(client, kind, uid, "organisationUnits")
    if there is None:
        outcome.refuse(() if may_lack else inside, GROUP_MISSING)
        return 0
    additions, deletions = set(inside) - there, set(outside) & there
    if not additions and not deletions:
        return 0
    path = f"/api/{kind}/{uid}/organisationUnits"
    changed = Outcome()
    if not change_references(client, path, additions, deletions, changed):
        now = members(client, kind, uid, "organisationUnits") or set()
        for lost in (additions - now) | (deletions & now):
            outcome.refused[lost] = changed.refused.get(lost, [NOT_ASSIGNED])
    outcome.in_doubt |= changed.in_doubt
    return len(additions) + len(deletions)
