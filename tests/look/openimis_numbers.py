"""What openIMIS says of the figures that dashboards show: SQL first, then the indicators of it.

The sample is made again as `fill.py` has made it, so nothing of openIMIS has to be kept.
"""

import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import psycopg

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.postgresql import POSTGRESQL
from flows.steps.extract.snapshot import copy_tables
from staging.layout import Run
from staging.snapshots import read_snapshot
from tests.figures.countries import put_into_own_terms, zone_of
from tests.figures.evaluator import HALF
from tests.figures.openimis_figures import COUNTRY, OpenimisFigures
from tests.figures.ratios import ratios
from tests.figures.tracker import Period, period
from tests.live.openimis import RESTORING, Source, sample_source
from tests.live.pilot import Pilot
from tests.live.server import Server
from transforms.model.options import options
from transforms.model.selected_columns import selected_columns
from transforms.openimis.country import Country
from transforms.openimis.normalise import normalise
from transforms.openimis.register import register_of
from transforms.package.indicators import indicator_objects
from transforms.package.program_indicators import ProgramIndicator, program_indicators_of

Json = dict[str, Any]
MONTHS = 3
"""As many as tables show, the last of which single values show."""
_SCHEMA = {"period": pl.String, "orgUnit": pl.String, "value": pl.Float64}


@dataclass(frozen=True)
class OpenimisNumbers:
    """The figures of the country, of the periods that dashboards show.

    Attributes:
        openimis: Answers in SQL.
        rows: The country's program indicators.
        months: Those shown, in order.
        last_year: The year that is over, which some single values show.
    """

    openimis: OpenimisFigures
    rows: Sequence[ProgramIndicator]
    months: tuple[Period, ...]
    last_year: Period

    def of(self, uid: str) -> dict[str, float] | None:
        """Return period to figure of a program indicator or indicator; None if SQL knows none."""
        if uid in self._programs:
            return _by_period(self._asked(uid))
        if uid in self._indicators:
            return self._computed(self._indicators[uid])
        return None

    @cached_property
    def _programs(self) -> Mapping[str, ProgramIndicator]:
        return {row.uid: row for row in self.rows}

    @cached_property
    def _package(self) -> Mapping[str, Sequence[Json]]:
        return indicator_objects(self.rows)

    @cached_property
    def _indicators(self) -> Mapping[str, Json]:
        return {each["id"]: each for each in self._package["indicators"]}

    def _asked(self, uid: str) -> pl.DataFrame:
        """Return what DHIS2 is to show of a program indicator: period, orgUnit, value."""
        row = self._programs[uid]
        split = row.split.key if row.split else ""
        found = [
            (each.id, COUNTRY, said[COUNTRY])
            for each in (*self.months, self.last_year)
            if COUNTRY in (said := self.openimis.figures(row.measure.key, split, each))
        ]
        frame = pl.DataFrame(found, schema=_SCHEMA, orient="row")
        return frame.with_columns(pl.col("value").round(row.measure.decimals, HALF))

    def _computed(self, indicator: Json) -> dict[str, float] | None:
        [factor] = [
            each["factor"]
            for each in self._package["indicatorTypes"]
            if each["id"] == indicator["indicatorType"]["id"]
        ]
        named = indicator["numerator"] + indicator["denominator"]
        if "#{" in named:
            return None
        parts = {uid: self._asked(uid) for uid in self._programs if f"I{{{uid}}}" in named}
        return _by_period(ratios(indicator, factor, parts))


def _by_period(frame: pl.DataFrame) -> dict[str, float]:
    return dict(frame.select("period", "value").iter_rows())


@contextmanager
def numbers_of_sample(server: Server, insurees: int, day: dt.date) -> Iterator[OpenimisNumbers]:
    """Make the sample again with which a server was filled, and give its figures."""
    with (
        sample_source(insurees, day) as source,
        tempfile.TemporaryDirectory() as folder,
        psycopg.connect(source.conninfo or "", options=f"-c demo.zone={zone_of(RESTORING)}") as db,
    ):
        pilot = Pilot(Path(folder), source, server.proxy, server.info.calendar)
        put_into_own_terms(db, RESTORING)
        months = months_before(day)
        openimis = OpenimisFigures(db, day, months[-1].end)
        rows = _rows(source, Path(folder), pilot.country)
        yield OpenimisNumbers(openimis, rows, months, period(f"{day.year - 1}"))


def _rows(source: Source, folder: Path, country: Country) -> list[ProgramIndicator]:
    run = Run(folder, "look")
    client = Openimis(POSTGRESQL, source.odbc)
    copy_tables(run, "look", client, selected_columns(country))
    register = register_of(normalise(read_snapshot(run).frames, country))
    return program_indicators_of(country, options(register).collect())


def months_before(day: dt.date) -> tuple[Period, ...]:
    """Return the last months that are over on a day."""
    count = day.year * 12 + day.month - 1
    return tuple(
        period(f"{each // 12:04}{each % 12 + 1:02}") for each in range(count - MONTHS, count)
    )
