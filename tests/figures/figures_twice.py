"""Each figure twice: what DHIS2 would answer of what is sent, and what openIMIS says in SQL."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import isclose
from pathlib import Path
from typing import Any

import polars as pl
import psycopg

from tests.figures.countries import IN_SQL, country_file, put_into_own_terms, zone_of
from tests.figures.desired_tracker import sent_of, tracker_of, wanted_of
from tests.figures.evaluator import figures
from tests.figures.openimis_figures import COUNTRY, OpenimisFigures
from tests.figures.snapshots import read_of
from tests.figures.tracker import Period, Tracker
from tests.support.databases import Database
from transforms.core.fields import Treatment
from transforms.model.options import options
from transforms.model.org_units import org_units
from transforms.openimis.country import Country, Root
from transforms.openimis.register import register_of
from transforms.openimis.service_groups import ServiceGroup
from transforms.package.program_indicators import (
    program_indicator_objects,
    program_indicators_of,
)

ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
SERVICE_GROUPS = {
    "few": ServiceGroup(name="Two services", codes=["S001", "S002", "NONE"]),
    "one": ServiceGroup(name="One service", codes=["S003"]),
}
COUNTRY_FILE = Country(
    root=ROOT,
    privacy={"Rejection reason": Treatment.SEND},
    service_groups=SERVICE_GROUPS,
    contributions=True,
    funding=True,
)
"""One that sends all that figures are made of."""
KEY = "a key that is made for tests and nothing else"
VERSION = "2.42"
PRECISION = 1e-14
"""Of sums of amounts that no scheme has."""


@dataclass(frozen=True)
class Figure:
    """One figure, in both.

    Attributes:
        key: Of the program indicator: measure, or measure and split.
        period: DHIS2's identifier.
        place: UID of the district, or of the root.
        dhis2: What DHIS2 would answer; 0 for nothing.
        openimis: What openIMIS says.
        decimals: How many digits DHIS2 keeps.
    """

    key: str
    period: str
    place: str
    dhis2: float
    openimis: float
    decimals: int

    @property
    def is_equal(self) -> bool:
        """Whether both say the same, up to the digits that DHIS2 keeps."""
        rounding = 0.51 * 10**-self.decimals
        return isclose(self.dhis2, self.openimis, rel_tol=PRECISION, abs_tol=rounding)


@dataclass(frozen=True, repr=False)
class BothSides:
    """One openIMIS, and what DHIS2 holds of it.

    Attributes:
        tracker: What DHIS2 holds.
        program_indicators: Key to program indicator, as DHIS2 has it.
        splits: Key to measure and split.
        database: openIMIS.
        as_of: The day of the snapshot.
        places: UUID of a place, or `country`, to its UID.
        country: Whose openIMIS it is.
        service_groups: The groups of services that the country counts.
    """

    tracker: Tracker
    program_indicators: Mapping[str, dict[str, Any]]
    splits: Mapping[str, tuple[str, str]]
    database: Database
    as_of: dt.date
    places: Mapping[str, str]
    country: str = "demo"
    service_groups: Mapping[str, ServiceGroup] = field(default_factory=lambda: SERVICE_GROUPS)

    def compared(self, periods: tuple[Period, ...]) -> list[Figure]:
        """Return every figure of the country and each district."""
        last_day = max(period.end for period in periods)
        groups = {key: group.codes for key, group in self.service_groups.items()}
        options = f"-c demo.zone={zone_of(self.country)}"
        with psycopg.connect(self.database.conninfo, options=options) as connection:
            put_into_own_terms(connection, self.country)
            openimis = OpenimisFigures(connection, self.as_of, last_day, groups)
            districts = [COUNTRY, *openimis.districts()]
            return [
                figure
                for key in self.program_indicators
                for figure in self._of(key, openimis, periods, districts)
            ]

    def only(self, program_indicators: Mapping[str, dict[str, Any]]) -> "BothSides":
        """Return the same with other program indicators, by their keys."""
        return replace(self, program_indicators=program_indicators)

    def answers(
        self, key: str, periods: tuple[Period, ...], version: str = VERSION
    ) -> pl.DataFrame:
        """Return what DHIS2 would answer: period, orgUnit, value."""
        return figures(self.program_indicators[key], self.tracker, periods, version)

    def _of(
        self,
        key: str,
        openimis: OpenimisFigures,
        periods: tuple[Period, ...],
        districts: list[str],
    ) -> Iterator[Figure]:
        answers = {cell[:2]: cell[2] for cell in self.answers(key, periods).iter_rows()}
        decimals = self.program_indicators[key]["decimals"]
        for period in periods:
            said = openimis.figures(*self.splits[key], period)
            for district in districts:
                place = self.places[district]
                answer = answers.get((period.id, place), 0.0)
                yield Figure(key, period.id, place, answer, said.get(district, 0.0), decimals)


def scheme_of(
    database: Database,
    as_of: dt.date,
    folder: Path,
    *,
    name: str = "demo",
    with_what_is_held_back: bool = False,
    country: Country = COUNTRY_FILE,
) -> BothSides:
    """Return an openIMIS database and what DHIS2 will hold of it on a day.

    Args:
        database: openIMIS.
        as_of: The day of the snapshot.
        folder: For the snapshot's files.
        name: Of the country whose openIMIS it is. Its country file is taken if it has one.
        with_what_is_held_back: Whether DHIS2 is to hold also the rows with faults.
        country: The country file for a country without one of its own.
    """
    if name in IN_SQL:
        own = country_file(name)
        privacy = COUNTRY_FILE.privacy | own.privacy
        country = own.model_copy(
            update={"privacy": privacy, "contributions": True, "funding": True}
        )
    snapshot = read_of(database, folder, country)
    wanted = wanted_of(snapshot, as_of=as_of, country=country, pseudonym_key=KEY)
    held = wanted if with_what_is_held_back else sent_of(wanted)
    register = register_of(snapshot)
    known = options(register).collect()
    rows = program_indicators_of(country, known)
    objects = {each["id"]: each for each in program_indicator_objects(rows)["programIndicators"]}
    units = org_units(register, country=country).select("code", "uid").collect()
    return BothSides(
        tracker=tracker_of(held, snapshot, country),
        program_indicators={row.key: objects[row.uid] for row in rows},
        splits={row.key: (row.measure.key, row.split.key if row.split else "") for row in rows},
        database=database,
        as_of=as_of,
        places=dict(units.iter_rows()) | {COUNTRY: ROOT.uid},
        country=name,
    )
