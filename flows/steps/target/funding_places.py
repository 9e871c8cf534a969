"""Where funding may lie: the program of funding is assigned to the places that products have."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.failures import Outcome
from flows.steps.target.collections import collect_members
from transforms.model.tables.programs import FUNDING_PROGRAM
from transforms.openimis.tables.places import DISTRICT, REGION

PLACES_OF_PRODUCTS = frozenset({REGION.kind, DISTRICT.kind})
"""The kinds of place that a product of openIMIS may have."""


def assign_places_of_products(
    client: Dhis2, rows: Sequence[Mapping[str, Any]], outcome: Outcome
) -> int:
    """Assign those of some org units that are places of products; return how many are new.

    Args:
        client: The DHIS2.
        rows: Of `transforms.model.org_units.org_units`.
        outcome: Filled with those that did not arrive.
    """
    inside = {row["uid"] for row in rows if row["kind"] in PLACES_OF_PRODUCTS}
    return assign_to_funding(client, inside, outcome) if inside else 0


def assign_to_funding(client: Dhis2, uids: Collection[str], outcome: Outcome) -> int:
    """Assign org units to the program of funding; nothing where DHIS2 does not have it."""
    program = FUNDING_PROGRAM.uid
    return collect_members(client, "programs", program, uids, (), outcome, may_lack=True)
