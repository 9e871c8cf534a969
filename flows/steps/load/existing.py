"""Look at what DHIS2 had before us, where it is used in place of ours, before anything is sent."""

from flows.connectors.dhis2.client import Dhis2
from flows.steps.shared.existing import check_same_things
from flows.steps.target.existing import ask_existing
from staging.current import read_current
from staging.layout import Run, Target
from staging.outbox import bundles
from transforms.changes.guards.existing import refuse_existing
from transforms.openimis.country import Country


def look_at_existing(run: Run, target: Target, client: Dhis2, country: Country) -> None:
    """Refuse a DHIS2 whose own things cannot stand in place of ours; nothing to post, no question.

    Raises:
        TargetError: All that is in the way, one sentence each.
        StagingError: Others stood there when what DHIS2 holds was loaded.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    check_same_things(read_current(target), client.renaming)
    if client.renaming and bundles(run):
        refuse_existing(ask_existing(client, country), country)
