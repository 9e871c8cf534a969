"""The tables of the most frequent services, items and diagnoses say what openIMIS says.

In one the table's own dimensions and filters are applied to the events that are sent; in the other
SQL counts openIMIS's tables. Where restored claims are sent, a bill counts once in both.
"""

from collections.abc import Iterator
from typing import Any

import polars as pl
import psycopg
import pytest

from tests.figures.countries import put_into_own_terms
from tests.figures.figures_twice import BothSides
from tests.figures.openimis_figures import OpenimisFigures
from tests.figures.tracker import Tracker, period
from transforms.package.visualizations import event_visualization_objects

Counts = dict[str, float]
OF = period("2025")
LINES = """SELECT TRIM(o.{code}), SUM({figure}) FROM claim_line l
    JOIN "tbl{things}" n ON n.{key} = l.thing
    JOIN "tbl{things}" o ON o.{key} = COALESCE(n."LegacyID", n.{key})
    WHERE l.kind = '{kind}' AND l."DateFrom" BETWEEN %(start)s AND %(end)s GROUP BY 1"""
SERVICES = {"kind": "service", "things": "Services", "key": '"ServiceID"', "code": '"ServCode"'}
ITEMS = {"kind": "item", "things": "Items", "key": '"ItemID"', "code": '"ItemCode"'}
IN_SQL = {
    "Top 10 services (quantity)": LINES.format(figure='"QtyProvided"', **SERVICES),
    "Top 10 services (lines)": LINES.format(figure="1", **SERVICES),
    "Top 10 items (quantity)": LINES.format(figure='"QtyProvided"', **ITEMS),
    "Top 10 items (lines)": LINES.format(figure="1", **ITEMS),
    "Top 10 diagnoses (claims)": """SELECT TRIM(o."ICDCode"), COUNT(*) FROM current_claim c
        JOIN "tblICDCodes" n ON n."ICDID" = c."ICDID"
        JOIN "tblICDCodes" o ON o."ICDID" = COALESCE(n."LegacyID", n."ICDID")
        WHERE c."DateClaimed" BETWEEN %(start)s AND %(end)s GROUP BY 1""",
}


def of_openimis(scheme: BothSides) -> dict[str, Counts]:
    """Name of a table to code and figure."""
    with psycopg.connect(scheme.database.conninfo) as connection:
        put_into_own_terms(connection, scheme.country)
        OpenimisFigures(connection, scheme.as_of, OF.end)
        asked = {"start": OF.start, "end": OF.end}
        return {
            name: {code: float(value) for code, value in connection.execute(sql.encode(), asked)}
            for name, sql in IN_SQL.items()
        }


def of_dhis2(tracker: Tracker, *, restored_once: bool) -> dict[str, Counts]:
    """The same, as the objects ask DHIS2's event analytics."""
    tables = event_visualization_objects(restored_once=restored_once)
    return {table["name"]: dict(rows_of(table, tracker)) for table in tables}


def rows_of(table: dict[str, Any], tracker: Tracker) -> Iterator[tuple[str, float]]:
    by, *filters = table["dataElementDimensions"]
    code = pl.col(by["dataElement"]["id"])
    in_time = pl.col("occurredAt").dt.date().is_between(OF.start, OF.end)
    of_stage = pl.col("stage") == table["programStage"]["id"]
    events = tracker.events.filter(of_stage, in_time, *map(condition, filters), code.is_not_null())
    added_up = table.get("dataElementValueDimension")
    figure = pl.col(added_up["id"]).sum() if added_up else pl.len().cast(pl.Float64)
    return events.group_by(code).agg(figure).iter_rows()


def condition(each: dict[str, Any]) -> pl.Expr:
    value, element = each["filter"].removeprefix("IN:"), pl.col(each["dataElement"]["id"])
    return element.is_null() if value == "NV" else element == value


def test_tables_of_the_most_frequent_say_what_openimis_says(sample_scheme: BothSides):
    assert of_dhis2(sample_scheme.tracker, restored_once=False) == of_openimis(sample_scheme)


def test_a_claim_that_was_restored_counts_once_in_them(restoring_scheme: BothSides):
    assert of_dhis2(restoring_scheme.tracker, restored_once=True) == of_openimis(restoring_scheme)


@pytest.mark.parametrize("name", IN_SQL)
def test_without_the_filter_it_counts_twice(restoring_scheme: BothSides, name: str):
    twice = of_dhis2(restoring_scheme.tracker, restored_once=False)

    assert sum(twice[name].values()) > sum(of_openimis(restoring_scheme)[name].values())
