"""Figures as data values: they arrive, equal SQL, are sent once; a zero takes a value's place."""

from collections import Counter
from typing import Any

import psycopg

from tests.live.context import Live
from tests.live.outcomes import Counts, NotDoneError, must, must_be_equal
from tests.live.steps.loading import loaded
from transforms.aggregates.elements import data_set_uid, element_uid, option_uid
from transforms.aggregates.figures.table import FIGURE_BY_KEY

Months = Counter[tuple[str, str]]
"""Facility (UUID) and month to claims."""
ADDED = """
mode = "both"
"""
SECTION = """
[aggregates]
figures = ["insured", "claims", "claimed_amount"]
since = "202501"
"""
CLAIMS_IN_SQL = """
select lower(f."HfUUID"::text), to_char(c."DateClaimed", 'YYYYMM'), count(*)
from "tblClaim" c join "tblHF" f on f."HfID" = c."HFID"
where c."ValidityTo" is null and c."ClaimStatus" > 0
  and c."DateClaimed" between '2025-01-01' and '2025-12-31'
group by 1, 2
"""


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
    must_be_equal("claims entered by facility and month", _claims_of_dhis2(live), _claims(live))
    live.pilot.sync("figures-again").must_complete().must_write_nothing()
    return counts | {"values": len(_values(live))}


def corrected(live: Live) -> Counts:
    """A claim that openIMIS deletes changes its month, and what has none becomes zero."""
    before = len(_values(live))
    with live.source.changing() as imis:
        imis.connection.execute(
            'update "tblClaim" set "ValidityTo" = now() where "ClaimID" in (select "ClaimID" from '
            '"tblClaim" where "ValidityTo" is null and "DateClaimed" > \'2025-10-31\' limit 5)'
        )
    counts = loaded(live, "figures-corrected")
    must_be_equal("claims entered by facility and month", _claims_of_dhis2(live), _claims(live))
    zeros = sum(float(row["value"]) == 0 for row in _values(live))
    must(zeros > 0, "No value has become zero")
    must(len(_values(live)) >= before, "Values are gone that should be zero")
    live.pilot.sync("figures-corrected-again").must_complete().must_write_nothing()
    return counts | {"zeros": zeros}


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
        period=[f"2025{month:02d}" for month in range(1, 13)],
        orgUnit=live.pilot.country.root.uid,
        children="true",
    ).get("dataValues", [])
    return found


def _claims_of_dhis2(live: Live) -> Months:
    entered = option_uid("claim_status", "entered")
    listed = live.server.get(
        "/api/categoryOptionCombos",
        fields="id,categoryOptions[id]",
        paging="false",
        filter=f"categoryOptions.id:eq:{entered}",
    )["categoryOptionCombos"]
    combos = {row["id"] for row in listed}
    codes = {
        row["id"]: row["code"].lower()
        for row in live.server.get(
            "/api/organisationUnits", fields="id,code", paging="false", filter="code:!null"
        )["organisationUnits"]
    }
    element = element_uid(FIGURE_BY_KEY["claims"], "monthly")
    found: Months = Counter()
    for row in _values(live):
        if row["dataElement"] == element and row["categoryOptionCombo"] in combos:
            found[codes[row["orgUnit"]], row["period"]] += int(float(row["value"]))
    return +found


def _claims(live: Live) -> Months:
    if live.source.conninfo is None:
        raise NotDoneError("this openIMIS is not in PostgreSQL")
    with psycopg.connect(live.source.conninfo) as connection:
        rows = connection.execute(CLAIMS_IN_SQL).fetchall()
    return Counter({(place, month): count for place, month, count in rows})
