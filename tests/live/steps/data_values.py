"""Figures as data values: they arrive, equal SQL, are sent once; a zero takes a value's place."""

from collections import Counter
from typing import Any

import psycopg

from staging.snapshots import read_manifest
from tests.figures.countries import put_into_own_terms, zone_of
from tests.figures.monthly_figures import MonthlySql
from tests.live.context import Live
from tests.live.openimis import RESTORING
from tests.live.outcomes import Counts, NotDoneError, must
from tests.live.steps.loading import loaded
from transforms.aggregates.elements import data_set_uid, element_uid
from transforms.aggregates.figures.periods import period_of
from transforms.aggregates.figures.table import FIGURE_BY_KEY
from transforms.openimis.normalise import local_day

Months = Counter[tuple[str, str, str]]
"""Figure, place (UUID) and month to the sum over all categories, in hundredths."""
FIGURES = ("insured", "claims", "claimed_amount")
MONTHS = [f"2025{month:02d}" for month in range(1, 13)]
ADDED = """
mode = "both"
"""
SECTION = """
[aggregates]
figures = ["insured", "claims", "claimed_amount"]
since = "202501"
open_periods = 60
"""
"""The sample ends with 2025, and is read on any later day: its months have to be open still."""


def sent(live: Live) -> Counts:
    """Figures arrive as data values, equal SQL, and a second run posts nothing."""
    if live.server.info.calendar != "iso8601":
        raise NotDoneError("figures are of months of the ISO calendar")
    _ask_for_figures(live)
    live.as_user("admin")
    live.pilot.set_up("set-up-figures").must_complete()
    live.pilot.set_up("set-up-figures-again").must_complete().must_write_nothing()
    live.as_user("loader")
    counts = loaded(live, "figures")
    compared = _compare(live)
    live.pilot.sync("figures-again").must_complete().must_write_nothing()
    return counts | {"values": len(_values(live)), "sums compared": compared}


def corrected(live: Live) -> Counts:
    """A claim that openIMIS deletes changes its month, and what has none becomes zero."""
    before = len(_values(live))
    with live.source.changing() as imis:
        imis.connection.execute(
            'update "tblClaim" set "ValidityTo" = now() where "ClaimID" in (select "ClaimID" from '
            '"tblClaim" where "ValidityTo" is null and "DateClaimed" > \'2025-10-31\' limit 5)'
        )
    counts = loaded(live, "figures-corrected")
    compared = _compare(live)
    zeros = sum(float(row["value"]) == 0 for row in _values(live))
    must(zeros > 0, "No value has become zero")
    must(len(_values(live)) >= before, "Values are gone that should be zero")
    live.pilot.sync("figures-corrected-again").must_complete().must_write_nothing()
    return counts | {"zeros": zeros, "sums compared": compared}


def _ask_for_figures(live: Live) -> None:
    """Let the country file ask for figures, all cells of them, besides persons."""
    text = live.pilot.country_file.read_text()
    if "[aggregates]" not in text:
        asked = text.replace("[privacy]\n", "[privacy]\nsmallest_cell = 0\n", 1)
        live.pilot.country_file.write_text(f"{ADDED}{asked}{SECTION}")


def _values(live: Live) -> list[dict[str, Any]]:
    """Return the values that DHIS2 has of both data sets."""
    sets = [data_set_uid(place, "monthly") for place in ("facility", "district")]
    found: list[dict[str, Any]] = live.server.get(
        "/api/dataValueSets",
        dataSet=sets,
        period=MONTHS,
        orgUnit=live.pilot.country.root.uid,
        children="true",
    ).get("dataValues", [])
    return found


def _compare(live: Live) -> int:
    """Compare every figure of each place and month with SQL; return how many that were."""
    found, expected = _of_dhis2(live), _of_openimis(live)
    differing = sorted(key for key in found | expected if found[key] != expected[key])
    told = "; ".join(
        f"{' '.join(key)}: DHIS2 {found[key] / 100:g}, openIMIS {expected[key] / 100:g}"
        for key in differing[:6]
    )
    must(not differing, f"{len(differing)} of {len(found | expected)} sums differ: {told}")
    return len(found)


def _of_dhis2(live: Live) -> Months:
    codes = {
        row["id"]: row["code"].lower()
        for row in live.server.get(
            "/api/organisationUnits", fields="id,code", paging="false", filter="code:!null"
        )["organisationUnits"]
    }
    keys = {element_uid(FIGURE_BY_KEY[key], "monthly"): key for key in FIGURES}
    found: Months = Counter()
    for row in _values(live):
        place = keys[row["dataElement"]], codes[row["orgUnit"]], row["period"]
        found[place] += round(float(row["value"]) * 100)
    return +found


def _of_openimis(live: Live) -> Months:
    if live.source.conninfo is None:
        raise NotDoneError("this openIMIS is not in PostgreSQL")
    country, imis = live.pilot.country, RESTORING if live.source.is_sample else "demo"
    periods = [period_of(each) for each in MONTHS]
    as_of = local_day(read_manifest(live.pilot.run(live.last_run)).as_of, country)
    found: Months = Counter()
    options = f"-c demo.zone={zone_of(imis)}"
    with psycopg.connect(live.source.conninfo, options=options) as connection:
        put_into_own_terms(connection, imis)
        sql = MonthlySql(connection, as_of, periods, (), country.root.uid)
        for key in FIGURES:
            for period in periods:
                for (place, *_), (value, _) in sql.cells(FIGURE_BY_KEY[key], period).items():
                    found[key, place.lower(), period.id] += round(value * 100)
    return +found
