"""Figures as data values: they arrive, equal SQL, are sent once; a zero takes a value's place."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg

from tests.figures.monthly_rows import add_rows_of_figures
from tests.figures.same_figures import SAME, Part
from tests.live.context import Live
from tests.live.monthly import (
    SHOWN,
    Cells,
    conninfo_of,
    differing,
    groups_in_toml,
    months_of,
    of_dhis2,
    of_openimis,
    values_of,
)
from tests.live.outcomes import Counts, NotDoneError, must, must_be_equal
from tests.live.steps.figures import asked, built
from tests.live.steps.loading import loaded
from transforms.aggregates.elements import option_uid
from transforms.model.desired import desired_metadata
from transforms.model.org_units import org_units
from transforms.model.resources import OPTIONS
from transforms.openimis.register import register_of
from transforms.openimis.tables.places import DISTRICT
from transforms.package.program_indicators import program_indicators_of

Sums = dict[tuple[str, str], float]
"""Month and district (UID) to the sum of a figure."""
SECTION = """
[aggregates]
since = "{since}"
open_periods = 60
"""
"""The sample ends with 2025, and is read on any later day: its months have to be open still."""


def sent(live: Live) -> Counts:
    """Figures arrive as data values, each equals SQL, and a second run posts nothing."""
    if live.server.info.calendar != "iso8601":
        raise NotDoneError("figures are of months of the ISO calendar")
    _add_what_figures_count(live)
    _ask_for_figures(live)
    live.as_user("admin")
    live.pilot.set_up("set-up-figures").must_complete()
    live.pilot.set_up("set-up-figures-again").must_complete().must_write_nothing()
    live.as_user("loader")
    counts = loaded(live, "figures")
    compared = _compare(live)
    live.pilot.sync("figures-once-more").must_complete().must_write_nothing()
    return counts | compared


def as_persons_say(live: Live) -> Counts:
    """Figures of a month and district are what DHIS2 itself counts there of persons."""
    built(live)
    country, units = live.pilot.country, _districts(live)
    cells = of_dhis2(live, values_of(live, months_of(live)))
    measures = _measures(live)
    pairs = [
        (figure, part, measure)
        for figure, part, measure in (*SAME, *_of_groups(live))
        # The tracker has the day of birth only where the country file sends it.
        if measure in measures and "age_band" not in part
    ]
    wanted = [measures[measure] for _, _, measure in pairs]
    rows = list(asked(live, wanted, sorted(set(units.values())), months_of(live)))
    different: list[str] = []
    for figure, part, measure in pairs:
        mine = _sums(cells, figure, part, units)
        theirs = {row[1:3]: row[3] for row in rows if row[0] == measures[measure] and row[3]}
        different += [
            f"{measure} {period} {place}: figures {mine.get((period, place), 0):g}, "
            f"persons {theirs.get((period, place), 0):g}"
            for period, place in sorted(mine.keys() | theirs.keys())
            if abs(mine.get((period, place), 0) - theirs.get((period, place), 0)) > 0.011
        ]
    must(not different, f"{len(different)} sums differ: {'; '.join(different[:SHOWN])}")
    must(any(row[3] for row in rows), f"DHIS2 counts nothing of persons in {country.root.name}")
    return {"pairs": len(pairs), "sums not zero": sum(bool(row[3]) for row in rows)}


def read_as_adx(live: Live) -> Counts:
    """DHIS2 reads the ADX file of a run, refuses nothing, and has the same values after it."""
    live.as_user("loader")
    live.pilot.sync("figures-as-adx", adx=True, until="transform").must_complete()
    file = live.pilot.run("figures-as-adx").adx.read_bytes()
    before = _numbers(live)
    answer = httpx.post(
        f"{live.server.proxy.url}/api/dataValueSets",
        params=dict.fromkeys(("orgUnitIdScheme", "categoryOptionComboIdScheme"), "UID"),
        content=file,
        headers={"Content-Type": "application/adx+xml"},
        auth=(live.server.admin.username, live.server.admin.password or ""),
        timeout=600,
    )
    report = answer.json().get("response") or answer.json()
    conflicts, counts = report.get("conflicts") or (), report["importCount"]
    must(not conflicts, f"{len(conflicts)} conflicts, such as {list(conflicts)[:2]}")
    must_be_equal("Values that were read", sum(counts.values()), file.count(b"<dataValue "))
    after = _numbers(live)
    must(before == after, f"{len(before ^ after)} values are others")
    return {"values in the file": sum(counts.values()), "values as before": len(after)}


def _numbers(live: Live) -> set[tuple[Any, ...]]:
    names = ("dataElement", "period", "orgUnit", "categoryOptionCombo")
    rows = values_of(live, months_of(live))
    return {(*(row[name] for name in names), float(row["value"])) for row in rows}


def corrected(live: Live) -> Counts:
    """A claim that openIMIS deletes changes its month, and what has none becomes zero."""
    before = len(values_of(live, months_of(live)))
    with live.source.changing() as imis:
        imis.connection.execute(
            'update "tblClaim" set "ValidityTo" = now() where "ClaimID" in (select "ClaimID" from '
            '"tblClaim" where "ValidityTo" is null and "DateClaimed" > \'2025-10-31\' limit 5)'
        )
    counts = loaded(live, "figures-corrected")
    compared = _compare(live)
    values = values_of(live, months_of(live))
    zeros = sum(float(row["value"]) == 0 for row in values)
    must(zeros > 0, "No value has become zero")
    must(len(values) >= before, "Values are gone that should be zero")
    live.pilot.sync("figures-corrected-once-more").must_complete().must_write_nothing()
    return counts | {"zeros": zeros} | compared


def _add_what_figures_count(live: Live) -> None:
    """Let a sample have what it has not: feedback, funding, ceilings, periods of grace."""
    if live.source.is_sample:
        with psycopg.connect(conninfo_of(live), options="-c TimeZone=UTC") as connection:
            add_rows_of_figures(connection, to_each=False)


def _ask_for_figures(live: Live) -> None:
    """Let the country file ask for all figures, and all cells of them, besides persons."""
    text = live.pilot.country_file.read_text()
    if "[aggregates]" not in text:
        asks = text.replace("[privacy]\n", "[privacy]\nsmallest_cell = 0\n", 1)
        section = SECTION.format(since=months_of(live)[0].id)
        groups = "".join(groups_in_toml(live))
        live.pilot.country_file.write_text(f'mode = "both"\n{asks}{section}{groups}')


def _compare(live: Live) -> Counts:
    """Compare every cell of every figure with SQL; return how many there are."""
    months = months_of(live)
    values = values_of(live, months)
    found, expected = of_dhis2(live, values), of_openimis(live, months)
    told = differing(found, expected)
    all_cells = found.keys() | expected.keys()
    must(not told, f"{len(told)} of {len(all_cells)} cells differ: {'; '.join(told[:SHOWN])}")
    figures = {cell.figure for cell in found}
    must(figures, "openIMIS has nothing that is counted in these months")
    return {"values": len(values), "cells compared": len(all_cells), "figures": len(figures)}


def _of_groups(live: Live) -> Iterator[tuple[str, Part, str]]:
    for key in live.pilot.country.service_groups:
        yield "group_lines", {"code_group": key}, f"services-lines.service-group:{key}"


def _measures(live: Live) -> dict[str, str]:
    """Return key to UID of the program indicators that the country has."""
    register, country = register_of(live.pilot.snapshot(live.last_run)), live.pilot.country
    options = desired_metadata(register, country, None)[OPTIONS].collect()
    return {row.key: row.uid for row in program_indicators_of(country, options)}


def _districts(live: Live) -> dict[str, str]:
    """Return the org unit of a place to that of its district, which may be itself."""
    register = register_of(live.pilot.snapshot(live.last_run))
    units = org_units(register, country=live.pilot.country).select("uid", "kind").collect()
    districts = set(units.filter(kind=DISTRICT.kind)["uid"])
    rows = live.server.get("/api/organisationUnits", fields="id,path", paging="false")
    return {
        row["id"]: above
        for row in rows["organisationUnits"]
        for above in row["path"].strip("/").split("/")
        if above in districts
    }


def _sums(cells: Cells, figure: str, part: Part, districts: dict[str, str]) -> Sums:
    options = {option_uid(key, code) for key, code in part.items()}
    found: Counter[tuple[str, str]] = Counter()
    for cell, value in cells.items():
        if cell.figure == figure and options <= cell.options and cell.org_unit in districts:
            found[cell.period, districts[cell.org_unit]] += value  # type: ignore[assignment]
    return dict(found)
