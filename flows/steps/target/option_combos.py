"""What the options of category combinations make together, as DHIS2 has it."""

from collections.abc import Mapping

from flows.connectors.dhis2.client import Dhis2


def present_combos(client: Dhis2, combo: str) -> Mapping[str, str]:
    """Return options (UIDs, by dots) to the UID of what they make together, as DHIS2 has it."""
    params = {
        "fields": "id,categoryOptions[id]",
        "paging": "false",
        "filter": f"categoryCombo.id:eq:{combo}",
    }
    found = client.get("/api/categoryOptionCombos", params)["categoryOptionCombos"]
    return {
        ".".join(sorted(option["id"] for option in each.get("categoryOptions") or ())): each["id"]
        for each in found
    }
