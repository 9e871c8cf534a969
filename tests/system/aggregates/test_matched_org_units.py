"""Figures go where the file of matches says, into a DHIS2 that has a tree of its own."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.support.loader import LOADER_USER
from tests.support.ministry import SETTINGS, Ministry
from tests.support.national_tree import fill_dhis2, nation
from tests.support.sandbox import running_sandbox
from tests.system.aggregates.figures_scheme import stored
from transforms.changes.guards.permissions import Allow

FIGURES = """
[aggregates]
figures = ["claims", "insured_people"]
"""
CLAIMS = """
    select strftime('%Y%m', "DateClaimed"), "HFID", count(*) from "tblClaim"
    where "ValidityTo" is null and "ClaimStatus" > 0
      and "DateClaimed" between '2025-10-01' and '2025-12-31' group by 1, 2
"""


def expected(ministry: Ministry) -> Counter[tuple[str, str]]:
    """Return month and org unit to the claims that SQL and the file of matches say."""
    keys = {number: row["key"] for number, row in enumerate(ministry.made.places, start=1)}
    places, found = ministry.expected(), Counter[tuple[str, str]]()
    with closing(sqlite3.connect(ministry.database)) as connection:
        for month, facility, count in connection.execute(CLAIMS):
            if unit := places[keys[facility]]:
                found[month, unit] += count
    return found


def arrived(ministry: Ministry) -> Counter[tuple[str, str]]:
    """Return month and org unit to the claims that DHIS2 has."""
    found = Counter[tuple[str, str]]()
    for value, number in stored(ministry.sandbox).items():
        if value.figure == "Claims" and "Entered" in value.options:
            found[value.period, value.org_unit] += int(number)
    return found


def test_figures_lie_at_the_org_units_of_the_ministry_and_change_none(tmp_path: Path) -> None:
    made = nation(60, regions=2, districts=2, wards=1, seed=2)
    country = f'mode = "aggregate"\n{SETTINGS}smallest_cell = 0\n{FIGURES}'
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        fill_dhis2(sandbox.state, made)
        ministry = Ministry(tmp_path, sandbox, made, country)
        ministry.allow = (Allow.DELETES, Allow.CHANGES, Allow.CREATES)
        ministry.fill(50)
        ministry.match()
        ministry.decide_all()
        theirs = ministry.theirs()
        ministry.set_up()

        ministry.bring("first")

        assert arrived(ministry) == expected(ministry) != Counter()
        districts = {row["id"] for row in made.units if row["path"].count("/") == 3}
        of_people = {each for each in stored(sandbox) if each.figure == "Insured people"}
        assert of_people
        assert {each.org_unit for each in of_people} <= districts
        assert ministry.theirs() == theirs
        before = ministry.writes()
        ministry.bring("second")
        assert ministry.writes() == before
