"""Figures by DHIS2's own org units: what DHIS2 answers, and SQL on openIMIS over the decisions.

Both are asked of the org units of one level at a time, and of the country.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
import psycopg

from tests.figures.figures_twice import Figure
from tests.figures.openimis_figures import COUNTRY, OpenimisFigures
from tests.figures.tracker import Period

Answers = Callable[[str], pl.DataFrame]
"""Key of a program indicator to what DHIS2 answers: period, orgUnit, value."""


@dataclass(frozen=True, repr=False)
class MatchedFigures:
    """An openIMIS whose places stand for org units of a ministry's.

    Attributes:
        conninfo: Of openIMIS, for psycopg.
        as_of: The day of the snapshot.
        program_indicators: Key to program indicator, as DHIS2 has it.
        splits: Key to measure and split.
        units: UUID of a place to the org unit where what is there lies; none for what waits.
        paths: Org unit to the org units above it, the root first, and itself.
        birth_to_the: See `OpenimisFigures`.
        registered_at: UUID of a linked person to the org unit where DHIS2 has the person.
    """

    conninfo: str
    as_of: dt.date
    program_indicators: Mapping[str, dict[str, Any]]
    splits: Mapping[str, tuple[str, str]]
    units: Mapping[str, str]
    paths: Mapping[str, list[str]]
    birth_to_the: str = "year"
    registered_at: Mapping[str, str] = field(default_factory=dict)

    def compared(
        self, answers: Answers, periods: tuple[Period, ...], level: int, asked: list[str]
    ) -> list[Figure]:
        """Return every figure of some org units of a level, and of the country.

        Args:
            answers: What DHIS2 says.
            periods: Periods.
            level: A level of DHIS2; the root is 1.
            asked: UIDs of org units of this level.
        """
        root = next(iter(self.paths.values()))[0]
        names = {COUNTRY: root} | {uid: uid for uid in asked}
        with psycopg.connect(self.conninfo, options="-c demo.zone=UTC") as connection:
            last_day = max(period.end for period in periods)
            openimis = OpenimisFigures(
                connection, self.as_of, last_day, birth_to_the=self.birth_to_the
            )
            openimis.place_at(self.units, self._counted_at(level), self.registered_at)
            return [
                figure
                for key in self.program_indicators
                for figure in self._of(key, answers(key), openimis, periods, names)
            ]

    def _counted_at(self, level: int) -> dict[str, str]:
        """Org unit to its org unit of a level, or to itself if it lies above."""
        return {uid: path[min(level, len(path)) - 1] for uid, path in self.paths.items()}

    def _of(
        self, key: str, answered: pl.DataFrame, openimis: OpenimisFigures,
        periods: tuple[Period, ...], names: Mapping[str, str],
    ) -> Iterator[Figure]:  # fmt: skip
        columns = answered.select("period", "orgUnit", "value").iter_rows()
        values = {(period, uid): value for period, uid, value in columns}
        decimals = self.program_indicators[key]["decimals"]
        for period in periods:
            said = openimis.figures(*self.splits[key], period)
            for name, uid in names.items():
                answer = values.get((period.id, uid), 0.0)
                yield Figure(key, period.id, uid, answer, said.get(name, 0.0), decimals)
