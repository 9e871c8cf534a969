"""Cells of figures of months: as DHIS2 has them, and as openIMIS says them in SQL.

A cell is a figure, a month, an org unit and the options of the figure's categories: nothing is
added up before it is compared.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from math import isclose
from typing import Any, NamedTuple

import psycopg

from staging.snapshots import read_manifest
from tests.figures.countries import put_into_own_terms, zone_of
from tests.figures.monthly_figures import MonthlySql
from tests.live.context import Live
from tests.live.openimis import RESTORING
from tests.live.outcomes import NotDoneError
from transforms.aggregates.elements import chosen_figures, data_sets, elements, option_uid
from transforms.aggregates.figures.periods import DataPeriod, period_of
from transforms.openimis.country import Country
from transforms.openimis.normalise import local_day

OF_SAMPLE = [period_of(f"2025{month:02d}") for month in range(1, 13)]
MONTHS = 120
"""So many of another openIMIS, up to the last one that is over."""
GROUPS = {
    "service": ("often_served", "tblClaimServices", "tblServices", "ServiceID", "ServCode"),
    "item": ("often_given", "tblClaimItems", "tblItems", "ItemID", "ItemCode"),
}
"""Kind of line to a group of its most frequent codes: its key, and where they are."""
SHOWN = 6


class Cell(NamedTuple):
    """Where a value lies, by UIDs of DHIS2 but the figure's key."""

    figure: str
    period: str
    org_unit: str
    options: frozenset[str]


Cells = dict[Cell, float]


def months_of(live: Live) -> list[DataPeriod]:
    """Return the months that are compared: of another openIMIS those that are over."""
    if live.source.is_sample:
        return OF_SAMPLE
    today = local_day(read_manifest(live.pilot.run(live.last_run)).as_of, live.pilot.country)
    this_month = 12 * today.year + today.month - 1
    numbers = range(this_month - MONTHS, this_month)
    return [period_of(f"{each // 12}{each % 12 + 1:02d}") for each in numbers]


def conninfo_of(live: Live) -> str:
    """Return how openIMIS is asked in SQL."""
    if live.source.conninfo is None:
        raise NotDoneError("this openIMIS is not in PostgreSQL")
    return live.source.conninfo


def groups_in_toml(live: Live) -> Iterator[str]:
    """Yield sections of a country file with a group of services, and one of items."""
    with psycopg.connect(conninfo_of(live)) as connection:
        for kind, (key, lines, register, number, code) in GROUPS.items():
            rows = connection.execute(
                f"""SELECT TRIM(r."{code}") FROM "{lines}" l JOIN "{register}" r USING ("{number}")
                WHERE l."ValidityTo" IS NULL AND r."ValidityTo" IS NULL AND TRIM(r."{code}") <> ''
                GROUP BY 1 ORDER BY COUNT(*) DESC, 1 LIMIT 2""".encode()
            ).fetchall()
            section = "service_groups" if kind == "service" else "aggregates.item_groups"
            codes = json.dumps([each for (each,) in rows])
            yield f'\n[{section}.{key}]\nname = "Most frequent {kind}s"\ncodes = {codes}\n'


def of_dhis2(live: Live, rows: Iterable[dict[str, Any]]) -> Cells:
    """Return the cells of data values that DHIS2 holds, without what is 0."""
    figures = elements(live.pilot.country)
    combos = {
        row["id"]: frozenset(each["id"] for each in row["categoryOptions"])
        for row in live.server.get(
            "/api/categoryOptionCombos", fields="id,name,categoryOptions[id]", paging="false"
        )["categoryOptionCombos"]
        if row["name"] != "default"
    }
    return {
        Cell(
            figures[row["dataElement"]].key,
            row["period"],
            row["orgUnit"],
            combos.get(row["categoryOptionCombo"], frozenset()),
        ): float(row["value"])
        for row in rows
        if float(row["value"])
    }


def of_openimis(live: Live, periods: Sequence[DataPeriod]) -> Cells:
    """Return the same cells as openIMIS says them, of all figures that the country file names."""
    country, imis = live.pilot.country, RESTORING if live.source.is_sample else "demo"
    as_of = local_day(read_manifest(live.pilot.run(live.last_run)).as_of, country)
    units = units_by_code(live)
    options = f"-c demo.zone={zone_of(imis)}"
    found: Cells = {}
    with psycopg.connect(conninfo_of(live), options=options) as connection:
        put_into_own_terms(connection, imis)
        sql = MonthlySql(connection, as_of, periods, _groups(country), country.root.uid)
        for figure in chosen_figures(country):
            for period in periods:
                for (place, *codes), (value, _) in sql.cells(figure, period).items():
                    named = zip(figure.categories, codes, strict=True)
                    chosen = frozenset(option_uid(key, code) for key, code in named)
                    unit = units.get(place.lower(), place)
                    found[Cell(figure.key, period.id, unit, chosen)] = value
    return found


def units_by_code(live: Live) -> dict[str, str]:
    """Return UUID of a place, in small letters, to its org unit."""
    rows = live.server.get(
        "/api/organisationUnits", fields="id,code", paging="false", filter="code:!null"
    )["organisationUnits"]
    return {row["code"].lower(): row["id"] for row in rows}


def values_of(live: Live, periods: Iterable[DataPeriod]) -> list[dict[str, Any]]:
    """Return the values that DHIS2 has of all data sets of figures."""
    found: list[dict[str, Any]] = []
    for period in periods:
        answer = live.server.get(
            "/api/dataValueSets",
            dataSet=list(data_sets(live.pilot.country)),
            period=period.id,
            orgUnit=live.pilot.country.root.uid,
            children="true",
        )
        found += [{"period": period.id, **row} for row in answer.get("dataValues", [])]
    return found


def differing(found: Cells, expected: Cells) -> list[str]:
    """Return in words the cells that are not the same, up to half a cent."""
    return [
        f"{cell.figure} {cell.period} {cell.org_unit} {' '.join(sorted(cell.options))}: "
        f"DHIS2 {found.get(cell, 0):g}, openIMIS {expected.get(cell, 0):g}"
        for cell in sorted(found.keys() | expected.keys(), key=str)
        if not isclose(found.get(cell, 0), expected.get(cell, 0), rel_tol=1e-12, abs_tol=0.0051)
    ]


def _groups(country: Country) -> list[tuple[str, str, str]]:
    of_kind = {"service": country.service_groups, "item": country.aggregates.item_groups}
    return [
        (key, kind, code)
        for kind, groups in of_kind.items()
        for key, group in groups.items()
        for code in group.codes
    ]
