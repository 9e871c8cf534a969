"""What DHIS2 has of what dashboards show, and which charts it has that none shows any more."""

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import present_uids
from transforms.openimis.country import Country
from transforms.package.tables.dashboard_items import Awaited
from transforms.package.tables.population import POPULATION_ELEMENT
from transforms.package.tables.retired_charts import RETIRED_NAMES

YEARS = "LAST_10_YEARS;THIS_YEAR"
STAY = (
    "{count} charts of a release before are on none of our dashboards any more: {named}. They stay "
    "in DHIS2; delete them there if nobody uses them."
)


def what_is_there(client: Dhis2, country: Country, *, located: bool) -> frozenset[Awaited]:
    """Return what DHIS2 has of that without which some items show nothing, or an error.

    Args:
        client: The DHIS2.
        country: The country file.
        located: Whether set-up is about to bring places with coordinates.
    """
    if not country.sends_persons:
        return frozenset()
    found = {
        Awaited.POPULATION: _has_population(client, country),
        Awaited.COORDINATES: located or _has_geometry(client),
    }
    return frozenset(each for each, is_there in found.items() if is_there)


def _has_population(client: Dhis2, country: Country) -> bool:
    """Whether analytics answer with a figure; without any data value they answer 409."""
    params = {
        "dimension": [f"dx:{POPULATION_ELEMENT.uid}", f"pe:{YEARS}"],
        "filter": f"ou:{country.root.uid}",
    }  # fmt: skip
    answer = client.exchange("GET", "/api/analytics", params)
    return answer.ok and bool((answer.body or {}).get("rows"))


def _has_geometry(client: Dhis2) -> bool:
    params = {"filter": "geometry:!null", "fields": "id", "pageSize": "1"}
    answer = client.exchange("GET", "/api/organisationUnits", params)
    return answer.ok and bool((answer.body or {}).get("organisationUnits"))


def retired_notes(client: Dhis2, country: Country) -> list[str]:
    """Say which charts of a release before are still there, and on none of our dashboards."""
    if not country.sends_persons:
        return []
    uids = sorted(present_uids(client, "visualizations", RETIRED_NAMES))
    named = ", ".join(f"{RETIRED_NAMES[uid]!r} ({uid})" for uid in uids)
    return [STAY.format(count=len(uids), named=named)] if uids else []
