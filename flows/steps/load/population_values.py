"""Values of the population data set: what DHIS2 holds, and writing what differs."""

from collections.abc import Sequence

from flows.connectors.dhis2.chunks import chunks
from flows.connectors.dhis2.client import Dhis2
from transforms.core.errors import TargetError
from transforms.core.json_texts import Json
from transforms.dhis2.data_value_report import NAMELESS, data_value_report
from transforms.openimis.country import Country
from transforms.package.tables.population import POPULATION_ELEMENT, POPULATION_SET

RefusedFigures = dict[str, list[str]]

PATH = "/api/dataValueSets"
VALUES_IN_A_REQUEST = 500


def assigned_org_units(client: Dhis2) -> set[str]:
    """Return the UIDs of the org units to which the data set is assigned.

    Raises:
        TargetError: DHIS2 does not have the data set, or does not let the user write its data.
    """
    path = f"/api/dataSets/{POPULATION_SET.uid}"
    fields = {"fields": "id,access[data[write]],organisationUnits[id]"}
    answer = client.exchange("GET", path, fields)
    if not answer.ok:
        raise TargetError(
            f"DHIS2 has no data set {POPULATION_SET.name!r} ({POPULATION_SET.uid}), or hides it "
            f"from the user ({answer.status}). Run set-up-dhis2, and put the user into the group "
            f"'openIMIS Data capture'. No figure was written."
        )
    if not ((answer.body.get("access") or {}).get("data") or {}).get("write"):
        raise TargetError(
            f"The data set {POPULATION_SET.name!r} does not let the user write data. Put the user "
            f"into the group 'openIMIS Data capture', then clear DHIS2's cache. No figure was "
            f"written."
        )
    return {unit["id"] for unit in answer.body.get("organisationUnits") or ()}


def read_present_values(client: Dhis2, country: Country, year: str) -> dict[str, str]:
    """Return org unit (UID) → the figure that DHIS2 holds of a year; one request."""
    params = {
        "dataSet": POPULATION_SET.uid,
        "period": year,
        "orgUnit": country.root.uid,
        "children": "true",
    }
    found = client.get(PATH, params).get("dataValues") or ()
    return {
        row["orgUnit"]: str(row["value"])
        for row in found
        if row["dataElement"] == POPULATION_ELEMENT.uid
    }


def write_values(client: Dhis2, rows: Sequence[Json]) -> RefusedFigures:
    """Write figures; return those that DHIS2 refused, with its error codes.

    What a conflict names is left out and the rest is sent again. If a conflict names all of a
    request, the request is bisected, so that only the bad figures are rejected.

    Args:
        client: The DHIS2.
        rows: key, orgUnit, period and value.

    Raises:
        TargetError: DHIS2 says OK and wrote something else, or says nothing that can be judged.
    """
    refused: RefusedFigures = {}
    waiting = list(chunks(rows, VALUES_IN_A_REQUEST))
    while waiting:
        chunk = waiting.pop(0)
        named = _write_chunk(client, chunk)
        if len(named) == len(chunk) > 1:
            waiting[:0] = [chunk[: len(chunk) // 2], chunk[len(chunk) // 2 :]]
            continue
        refused |= named
        rest = [row for row in chunk if row["key"] not in named]
        waiting[:0] = [rest] if rest and named else []
    return refused


def _write_chunk(client: Dhis2, rows: Sequence[Json]) -> RefusedFigures:
    answer = client.post(
        PATH, {"importStrategy": "CREATE_AND_UPDATE"}, {"dataValues": _values(rows)}
    )
    report = data_value_report(answer.status, answer.body, len(rows))
    if report is None or (not report.refused and not report.accepted):
        raise TargetError(
            f"DHIS2 answered {answer.status} to {len(rows)} population figures and did not say "
            f"that it took them, nor which it refused ({NAMELESS}). Look at its log at this time "
            f"and import again: what is there already is not sent twice."
        )
    return {rows[index]["key"]: codes for index, codes in report.refused.items()}


def _values(rows: Sequence[Json]) -> list[Json]:
    return [
        {
            "dataElement": POPULATION_ELEMENT.uid,
            "period": row["period"],
            "orgUnit": row["orgUnit"],
            "value": row["value"],
        }
        for row in rows
    ]
