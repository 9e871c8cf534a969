"""Match the places of a run's snapshot with DHIS2's org units: read, propose, keep, write a file.

    snapshot of places ─┐
    DHIS2's tree ───────┼─► match ─► matches/<target>/org-units.csv ─► a person ─► the next run
    file of before ─────┘

DHIS2 is only read.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import org_units_below
from staging.languages import language_named
from staging.layout import Run, Target
from staging.matches import read_matches, write_match_map, write_match_page, write_matches
from staging.snapshots import read_snapshot
from transforms.core.errors import CountryError, TargetError
from transforms.matching.decisions import (
    SOMEBODY,
    Author,
    checked_rows,
    decisions_in,
    with_authors,
)
from transforms.matching.judgement import TO_DECIDE
from transforms.matching.match import match
from transforms.matching.match_file import file_of, news_in
from transforms.matching.match_table import keys_of_table
from transforms.matching.org_unit_tree import org_units_of
from transforms.matching.places import places_to_match
from transforms.openimis.country import Country
from transforms.openimis.register import register_of
from transforms.reports.match_map import match_map
from transforms.reports.match_page import match_page


@dataclass(frozen=True)
class Matched:
    """What became of a matching.

    Attributes:
        page: For people, in Markdown.
        open: How many places a person has still to decide.
        counted: How many places there are, and what is decided of them, in words.
    """

    page: str
    open: int
    counted: str


@dataclass(frozen=True)
class Beside:
    """What lies beside the country file.

    Attributes:
        coordinates: code, longitude and latitude of places, or None.
        table: See `transforms.matching.match_table`, or None.
    """

    coordinates: pl.DataFrame | None = None
    table: pl.DataFrame | None = None


def match_run(
    run: Run,
    target: Target,
    client: Dhis2,
    country: Country,
    beside: Beside,
    now: datetime,
    who: str | None = None,
) -> Matched:
    """Bring the file of matches up to date; what was decided stays.

    Args:
        run: The run; its snapshot of places is complete.
        target: Whose org units these are.
        client: The DHIS2; it is only read.
        country: What the country file says.
        beside: Files that it names.
        now: UTC; the day of new decisions.
        who: Whose the changes in the file are, where it names nobody.

    Raises:
        CountryError: `[match.levels]` says nothing, or what DHIS2 does not have.
        TargetError: DHIS2 has no root as the country file names it, or cannot be read.
        StagingError: The file of matches is not as it must be, or was changed meanwhile.
    """
    author = Author(who or SOMEBODY, f"{now:%Y-%m-%d %H:%M}")
    places = _places(run, country, beside)
    units = _org_units(client, country, now.date())
    read, checksum = read_matches(target)
    before = with_authors(checked_rows(read, str(target.matches)), author)
    matches = _matches(places, units, before, country, beside)
    rows = file_of(places, units, matches, before, author)
    write_matches(run, target, rows, checksum)
    language = language_named(country.languages.reports)
    page = match_page(rows, news_in(rows, before), places, units, country, language)
    write_match_page(run, page)
    if (drawn := match_map(rows, places, units)) is not None:
        write_match_map(run, drawn)
    counts = Counter(rows["decision"].to_list())
    counted = ", ".join(f"{count} {decision}" for decision, count in sorted(counts.items()))
    return Matched(page, counts[TO_DECIDE], f"{rows.height} places: {counted}")


def _places(run: Run, country: Country, beside: Beside) -> pl.DataFrame:
    register = register_of(read_snapshot(run).frames, country)
    return places_to_match(register, beside.coordinates)


def _org_units(client: Dhis2, country: Country, today: date) -> pl.DataFrame:
    """Read DHIS2's tree, and refuse what the country file says and it has not."""
    objects = org_units_below(client, country.root.uid)
    units = org_units_of(objects, country.match.code_attribute, today=today)
    if country.root.uid not in units["uid"]:
        raise TargetError(
            f"DHIS2 has no org unit {country.root.uid}, below which the country file says that "
            f"openIMIS's places lie (root.uid). Name the one that stands for the country. Nothing "
            f"was written."
        )
    _check_levels(units, country)
    return units


def _check_levels(units: pl.DataFrame, country: Country) -> None:
    there = units.group_by("level").len().sort("level").rows()
    counts = "; ".join(f"level {level}: {count} org units" for level, count in there)
    named = {level for levels in country.match.levels.values() for level in levels}
    if not named:
        raise CountryError(
            f"The country file does not say on which levels of DHIS2 openIMIS's places lie "
            f"([match.levels]). DHIS2 has {counts}. Nothing was written."
        )
    if missing := sorted(named - {level for level, _ in there}):
        raise CountryError(
            f"The country file names the levels {', '.join(map(str, missing))} of DHIS2 "
            f"([match.levels]), on which it has no org unit. DHIS2 has {counts}. Nothing was "
            f"written."
        )


def _matches(
    places: pl.DataFrame,
    units: pl.DataFrame,
    before: pl.DataFrame,
    country: Country,
    beside: Beside,
) -> pl.DataFrame:
    table = None if beside.table is None else keys_of_table(beside.table, places)
    return match(
        places,
        units,
        country.root.uid,
        country.match,
        table=table,
        decisions=decisions_in(before),
    )
