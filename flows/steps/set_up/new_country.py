"""Look into the two systems for what a country file says; both are only read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import count_of, present_objects, roots
from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.selection import TableSelection
from transforms.core.json_texts import Json
from transforms.model.selected_columns import selected_columns
from transforms.openimis.country import Country
from transforms.openimis.region_list import columns_of_regions, regions_of
from transforms.openimis.tables.column_types import Column
from transforms.openimis.unmapped_values import columns_of_codes, count_codes, sum_unmapped
from transforms.reports.new_country_page import FoundCountry


def look_for_country(
    openimis: Openimis, client: Dhis2, country: Country, names: tuple[str, str], day: date
) -> FoundCountry:
    """Return what was found.

    Args:
        openimis: The database.
        client: The DHIS2.
        country: A country file that says nothing.
        names: Of the blocks of openIMIS and DHIS2.
        day: Today.
    """
    above_all = present_objects(client, "organisationUnits", roots(client))
    levels = _all(client, "organisationUnitLevels", "level,name")
    calendar = client.system_info().calendar
    with openimis.transaction() as transaction:
        regions = [
            row
            for each in openimis.check(columns_of_regions())
            for batch in transaction.batches(each)
            for row in regions_of(pl.DataFrame(pl.from_arrow(batch)))
        ]
    return FoundCountry(
        *names,
        day,
        calendar,
        list(above_all.values()),
        {int(each["level"]): str(each["name"]) for each in levels},
        count_of(client, "organisationUnits"),
        sorted(regions),
        _codes(openimis, country),
    )


def _codes(openimis: Openimis, country: Country) -> Sequence[Json]:
    """Count the codes of openIMIS, batch by batch: no table has to fit into memory."""
    columns: Mapping[str, list[Column]] = columns_of_codes(selected_columns(country), country)
    selected = openimis.check(columns)
    with openimis.transaction() as transaction:
        return sum_unmapped(
            count
            for each in selected
            for rows in _frames(each, transaction.batches(each))
            for count in count_codes(rows, country)
        )


def _frames(
    selection: TableSelection, batches: Iterable[object]
) -> Iterator[dict[str, pl.LazyFrame]]:
    for batch in batches:
        yield {selection.table.name: pl.DataFrame(pl.from_arrow(batch)).lazy()}


def _all(client: Dhis2, kind: str, fields: str) -> list[Json]:
    return list(client.get(f"/api/{kind}", {"fields": fields, "paging": "false"}).get(kind) or [])
