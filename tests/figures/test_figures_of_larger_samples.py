"""Figures twice, of more people and periods, and of a sample with defects."""

import datetime as dt

import pytest

from tests.figures.conftest import AS_OF, NewScheme
from tests.figures.tracker import period
from tests.support.databases import PostgreSQL
from tests.support.openimis_sample import LEVELS, sample, write_postgresql
from transforms.package.tables.program_indicators import MEASURES

pytestmark = pytest.mark.large

PERIODS = tuple(
    period(id_)
    for id_ in ("2023", "2024", "2025", "2024Q1", "2025Q2", "202402", "202408", "202503", "202512")
)


def test_figures_of_a_larger_sample_are_the_same_in_both(
    postgresql_server: PostgreSQL, new_scheme: NewScheme
):
    database = postgresql_server.create_database()
    tables = sample(1500, seed=5, level="1.4", as_of=AS_OF, defects=False)
    write_postgresql(tables, database.conninfo)

    figures = new_scheme(database, AS_OF).compared(PERIODS)

    assert [figure for figure in figures if not figure.is_equal] == []


@pytest.mark.ci
def test_what_is_held_back_is_all_that_dhis2_lacks(
    postgresql_server: PostgreSQL, new_scheme: NewScheme
):
    """A policy of an unknown status is told as Idle before it: no other figure is off."""
    database = postgresql_server.create_database()
    tables = sample(600, seed=1, level=LEVELS[-1], as_of=AS_OF)
    write_postgresql(tables, database.conninfo)

    scheme = new_scheme(database, AS_OF, with_what_is_held_back=True)
    whole = {measure.key: scheme.program_indicators[measure.key] for measure in MEASURES}
    figures = scheme.only(whole).compared(PERIODS)

    differing = {figure.key for figure in figures if not figure.is_equal}
    assert differing == {"policies-idle"}


def test_of_a_period_that_is_not_over_only_what_reads_the_latest_event_is_of_today(
    postgresql_server: PostgreSQL, new_scheme: NewScheme
):
    """Expiry dates tell who is covered on its last day; the latest event tells of today."""
    today = dt.date(2025, 12, 10)
    database = postgresql_server.create_database()
    tables = sample(600, seed=1, level=LEVELS[-1], as_of=today, defects=False)
    write_postgresql(tables, database.conninfo)

    scheme = new_scheme(database, today)
    whole = {measure.key: scheme.program_indicators[measure.key] for measure in MEASURES}
    figures = scheme.only(whole).compared((period("202512"), period("2025"), period("202601")))

    differing = {figure.key for figure in figures if not figure.is_equal}
    assert differing == {"not-covered", "households-not-covered", "age-mean"}
