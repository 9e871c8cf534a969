"""Population figures."""

from pathlib import Path

import polars as pl

from tests.live.calendars import YEARS
from tests.live.context import Live
from tests.live.outcomes import Counts, must
from transforms.openimis.register import register_of
from transforms.openimis.tables.places import DISTRICT


def imported(live: Live) -> Counts:
    """Population figures arrive, and done again nothing is written."""
    live.as_user("loader")
    file = _file(live)
    done = live.pilot.import_population(file, "population").must_complete()
    again = live.pilot.import_population(file, "population-again").must_complete()
    again.must_write_nothing()
    must(not (reasons := live.pilot.reasons("population")), f"Rejected were: {reasons}")
    return {"figures": len(pl.read_csv(file))} | done.counts()


def _file(live: Live) -> Path:
    places = register_of(live.pilot.snapshot(live.last_run)).places.collect()
    is_district = pl.col("location_type") == DISTRICT.code
    districts = places.filter(is_district, pl.col("is_current"))
    rows = [
        {"code": code, "year": year, "population": 100_000 + 1_000 * number}
        for number, code in enumerate(districts["location_code"].to_list())
        for year in YEARS[live.server.info.calendar]
    ]
    path = live.pilot.folder / "population.csv"
    pl.DataFrame(rows).write_csv(path)
    return path
