"""Ask DHIS2 what it shows to the user of what data values use."""

from collections.abc import Collection

from flows.connectors.dhis2.client import Dhis2
from flows.steps.target.option_combos import present_combos
from transforms.aggregates.elements import all_combos, all_data_sets
from transforms.changes.sending.value_lacks import ValueOffer
from transforms.core.json_texts import Json

DATA_VALUE_SETS = "/api/dataValueSets"
DATA_SET = "id,access[data[write]],organisationUnits[id],dataSetElements[dataElement[id]]"


def ask_value_offer(client: Dhis2, elements: Collection[str]) -> ValueOffer:
    """Return what DHIS2 shows of the data sets of some data elements, and of their options.

    An element without options has DHIS2's own combination, of which nothing is asked.
    """
    open_sets = _open_data_sets(client)
    combos = all_combos().intersection(_category_combos(client, elements))
    together: dict[str, str] = {}
    for uid in sorted(combos):
        together |= present_combos(client, uid)
    return ValueOffer(
        data_sets={
            row["dataElement"]["id"]: each["id"]
            for each in open_sets
            for row in each.get("dataSetElements") or ()
        },
        org_units={
            each["id"]: frozenset(unit["id"] for unit in each.get("organisationUnits") or ())
            for each in open_sets
        },
        combos=together,
    )


def _open_data_sets(client: Dhis2) -> list[Json]:
    """Return our data sets of which the user may write data."""
    params = {"fields": DATA_SET, "paging": "false", "filter": _among(all_data_sets())}
    found = client.get("/api/dataSets", params)["dataSets"]
    return [each for each in found if ((each.get("access") or {}).get("data") or {}).get("write")]


def _category_combos(client: Dhis2, elements: Collection[str]) -> list[str | None]:
    """Return the category combination (UID) of each of some data elements that DHIS2 shows."""
    params = {"fields": "id,categoryCombo[id]", "paging": "false", "filter": _among(elements)}
    found = client.get("/api/dataElements", params)["dataElements"]
    return [(each.get("categoryCombo") or {}).get("id") for each in found]


def _among(uids: Collection[str]) -> str:
    return f"id:in:[{','.join(sorted(uids))}]"
