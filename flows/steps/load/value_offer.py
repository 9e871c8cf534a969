"""Ask DHIS2 what it has of what data values use, and assign their org units to the data sets."""

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.failures import Outcome
from flows.connectors.dhis2.references import change_references
from flows.steps.shared.staged_changes import all_changes
from flows.steps.target.value_offer import ask_value_offer
from staging.layout import Run
from transforms.changes.sending.value_lacks import (
    ValueOffer,
    unassigned_org_units,
    waiting_values,
)
from transforms.core.errors import TargetError
from transforms.model.resources import DATA_VALUES
from transforms.model.value_keys import parts_of_key


def ready_for_values(client: Dhis2, run: Run) -> tuple[ValueOffer, pl.DataFrame]:
    """Return what DHIS2 has for the data values of a run, and which of them wait.

    Org units in which there are values are assigned to the data sets, as far as the user may.

    Raises:
        TargetError: No data set of the figures is there, or none is open to the user.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    changes = all_changes(run)[DATA_VALUES.name]
    elements = _elements(changes)
    offer = ask_value_offer(client, elements)
    if not offer.data_sets:
        raise TargetError(
            f"DHIS2 has no data set of the {len(elements)} figures that this run sends, or does "
            f"not let the user write its data. Run set-up-dhis2, and put the user into the group "
            f"'openIMIS Data capture'. Nothing was posted."
        )
    if needed := unassigned_org_units(changes, offer):
        for data_set, units in needed.items():
            path = f"/api/dataSets/{data_set}/organisationUnits"
            change_references(client, path, units, outcome=Outcome())
        offer = ask_value_offer(client, elements)
    return offer, waiting_values(changes, offer)


def _elements(changes: pl.LazyFrame) -> set[str]:
    element = parts_of_key(pl.col("key"))["dataElement"]
    return set(changes.select(element.unique()).collect().to_series())
