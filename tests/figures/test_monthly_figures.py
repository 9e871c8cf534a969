"""The figures of months are what openIMIS says: each counted in two ways, cell by cell.

In one they are computed of the register; in the other a query, written of the figure's words alone,
counts openIMIS's own tables.
"""

import datetime as dt
from collections.abc import Iterator
from math import isclose
from pathlib import Path

import polars as pl
import psycopg
import pytest

from tests.figures.conftest import AS_OF, DEMO_AS_OF, write_sound_sample
from tests.figures.figures_twice import COUNTRY_FILE, SERVICE_GROUPS
from tests.figures.monthly_figures import Cells, MonthlySql, queries
from tests.figures.monthly_rows import ITEM_GROUPS, add_rows_of_figures
from tests.figures.snapshots import read_of
from tests.support.databases import Database, PostgreSQL
from tests.system.demo_database import needs_demo_database
from transforms.aggregates.figures.compute import figure_values
from transforms.aggregates.figures.methods import METHODS
from transforms.aggregates.figures.periods import DataPeriod, period_of
from transforms.aggregates.figures.settings import FigureSettings
from transforms.aggregates.figures.table import FIGURES, Figure
from transforms.openimis.register import register_of

OF_SAMPLE = [period_of(each) for each in ("202505", "202506", "2025Q4")]
OF_DEMO = [period_of(each) for each in ("201803", "201901", "2019Q2")]
"""The demo database begins policies in March 2018 and has its claims in January 2019."""
GROUPS = [
    (key, kind, code)
    for kind, groups in (("service", SERVICE_GROUPS), ("item", ITEM_GROUPS))
    for key, group in groups.items()
    for code in group.codes
]
NOTHING_TO_COUNT_IN_DEMO = {
    "contributions",
    "contributions_by_payer",
    "contributions_not_allocated",
    "covers_dropped",
    "covers_due",
    "covers_renewed",
    "feedback_marks",
    "feedbacks",
    "feedbacks_answered",
    "funding",
    "group_amount",
    "group_lines",
    "group_people",
    "group_quantity",
    "households_at_ceiling",
    "policies_expired",
    "policies_renewed",
    "policies_suspended",
    "renewed",
    "renewed_people",
}
"""In these periods nothing was renewed, suspended or paid, and nobody gave feedback."""


def test_every_figure_is_counted_in_two_ways():
    keys = {figure.key for figure in FIGURES}

    assert METHODS.keys() == keys
    assert queries().keys() == keys


def test_a_figure_has_at_most_three_categories():
    assert all(len(figure.categories) <= 3 for figure in FIGURES)


WITH_FIGURES = COUNTRY_FILE.model_copy(update={"mode": "both"})


class Both:
    """Figures as they are computed, and as openIMIS says them."""

    def __init__(
        self, database: Database, folder: Path, as_of: dt.date, periods: list[DataPeriod]
    ) -> None:
        settings = FigureSettings(as_of, COUNTRY_FILE, item_groups=ITEM_GROUPS)
        register = register_of(read_of(database, folder, WITH_FIGURES))
        self.values = figure_values(register, periods, settings).collect()
        with psycopg.connect(database.conninfo) as connection:
            sql = MonthlySql(connection, as_of, periods, GROUPS, COUNTRY_FILE.root.uid)
            self.said = {
                (figure.key, period.id): sql.cells(figure, period)
                for figure in FIGURES
                for period in periods
            }

    def computed(self, figure: Figure, period: str) -> Cells:
        names = ("place", *figure.categories)
        rows = self.values.filter(figure=figure.key, period=period)
        cells = rows.select(*names, pl.col("value").cast(pl.Float64), "persons").iter_rows()
        return {row[:-2]: (row[-2], row[-1]) for row in cells}

    def differing(self) -> list[tuple[str, str, tuple[str, ...], object, object]]:
        """Return figure, period, cell, what was computed, what openIMIS says."""
        return [
            (figure.key, period, cell, mine.get(cell), said.get(cell))
            for figure in FIGURES
            for (key, period), said in self.said.items()
            if key == figure.key
            for mine in [self.computed(figure, period)]
            for cell in sorted({*mine, *said}, key=str)
            if not _are_alike(mine.get(cell), said.get(cell))
        ]

    def always_zero(self) -> set[str]:
        """Return the figures that no period and place has anything of."""
        return {figure.key for figure in FIGURES} - {
            key for (key, _), said in self.said.items() if said
        }


def _are_alike(mine: tuple[float, int] | None, said: tuple[float, int] | None) -> bool:
    if mine is None or said is None:
        return False
    return mine[1] == said[1] and isclose(mine[0], said[0], rel_tol=1e-12, abs_tol=0.0051)


@pytest.fixture(scope="module")
def of_sample(
    postgresql_server: PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Both]:
    database = write_sound_sample(postgresql_server)
    with psycopg.connect(database.conninfo, options="-c TimeZone=UTC") as connection:
        add_rows_of_figures(connection)
    yield Both(database, tmp_path_factory.mktemp("figures"), AS_OF, OF_SAMPLE)
    postgresql_server.drop_database(database)


def test_figures_of_months_are_what_a_sample_openimis_says(of_sample: Both):
    assert of_sample.differing() == []


def test_every_figure_counts_something_in_the_sample(of_sample: Both):
    assert of_sample.always_zero() == set()


@needs_demo_database[0]
@needs_demo_database[1]
def test_figures_of_months_are_what_the_demo_database_says(demo: Database, tmp_path: Path):
    both = Both(demo, tmp_path, DEMO_AS_OF, OF_DEMO)

    assert both.differing() == []
    assert both.always_zero() == NOTHING_TO_COUNT_IN_DEMO
