"""Look at DHIS2's own tree, where places go to org units that it has: has it drifted?"""

from datetime import UTC, datetime

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import org_units_below
from flows.steps.shared.decisions import read_decisions
from staging.layout import Target
from transforms.matching.drift import NO_DRIFT, Drift, drift
from transforms.matching.judgement import ACCEPTED
from transforms.matching.org_unit_tree import org_units_of
from transforms.openimis.country import Country


def look_at_tree(target: Target, client: Dhis2, country: Country) -> Drift:
    """Return what became of the org units that places go to; nothing where they are made.

    Raises:
        StagingError: The file of matches is not there, or not as it must be.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    decided = read_decisions(target, country)
    if decided is None:
        return NO_DRIFT
    accepted = decided.filter(pl.col("decision") == ACCEPTED)["dhis2_uid"].unique()
    objects = org_units_below(client, country.root.uid, set(accepted))
    return drift(decided, org_units_of(objects, today=datetime.now(UTC).date()))
