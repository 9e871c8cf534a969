"""The population data set as DHIS2 takes it, and a table of figures as its values."""

from typing import Any

from transforms.tables.population import POPULATION_SET, DataElement

Json = dict[str, Any]
Payload = dict[str, list[Json]]


def population_objects() -> Payload:
    """Return the data set and its data element; which places are in it comes with the org units."""
    return {
        "dataElements": [_data_element(row) for row in POPULATION_SET.elements],
        "dataSets": [
            {
                "id": POPULATION_SET.uid,
                "name": POPULATION_SET.name,
                "shortName": POPULATION_SET.name,
                "periodType": POPULATION_SET.period_type,
                "openFuturePeriods": POPULATION_SET.open_future_periods,
                "dataSetElements": [
                    {"dataSet": {"id": POPULATION_SET.uid}, "dataElement": {"id": row.uid}}
                    for row in POPULATION_SET.elements
                ],
            }
        ],
    }


def _data_element(row: DataElement) -> Json:
    return {
        "id": row.uid,
        "name": row.name,
        "shortName": row.name,
        "valueType": row.value_type,
        "aggregationType": row.aggregation,
        "domainType": "AGGREGATE",
        "zeroIsSignificant": True,
    }
