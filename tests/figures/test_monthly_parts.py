"""Figures of months part by part of the people: added up, they are those of everybody."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl

from flows.steps.compare.division import (
    divide_candidates,
    divide_register,
    divide_values,
    holders_in_part,
    part_of_people,
)
from staging.layout import Run
from tests.figures.figures_twice import COUNTRY_FILE
from tests.figures.snapshots import made_of
from tests.support.openimis_sample import sample
from transforms.aggregates.figures.compute import (
    PartOfFigures,
    added_up,
    figure_values,
    part_of_figures,
    shared_values,
)
from transforms.aggregates.figures.periods import period_of
from transforms.aggregates.figures.settings import FigureSettings
from transforms.model.selected_columns import selected_columns
from transforms.openimis.register import Register, register_of

AS_OF = dt.date(2026, 1, 1)
SETTINGS = FigureSettings(AS_OF, COUNTRY_FILE, household_ceiling=Decimal(5_000))
PERIODS = [period_of("202505"), period_of("202512")]
PARTS = 3


def whole() -> Register:
    return register_of(made_of(sample(150, seed=5, level="1.11", as_of=AS_OF)))


def part(run: Run, register: Register, number: int) -> PartOfFigures:
    people = part_of_people(run, register, number)
    found = part_of_figures(people, PERIODS, SETTINGS, holders_in_part(run, number))
    return PartOfFigures(*(each.collect().lazy() for each in vars(found).values()))


def test_the_figures_of_all_parts_add_up_to_those_of_everybody(tmp_path: Path):
    register, run = whole(), Run(tmp_path, "figures")
    divide_register(run, register, PARTS)
    for number in range(PARTS):
        divide_candidates(run, register, COUNTRY_FILE, number, PARTS)
    divide_values(run, PARTS)
    parts = [part(run, register, number) for number in range(PARTS)]

    families = pl.concat([each.families for each in parts])
    benefits = pl.concat([each.benefits for each in parts])
    shared = shared_values(register, families, benefits, PERIODS, SETTINGS)
    found = pl.concat([added_up(each.values for each in parts), shared]).collect()

    of_all = figure_values(register, PERIODS, SETTINGS).collect()
    assert all(each.values.collect().height for each in parts)
    assert found.sort(pl.all()).equals(of_all.sort(pl.all()), null_equal=True)
    assert {"households_at_ceiling", "households_with_claims"} <= set(found["figure"])


def test_what_is_read_where_figures_alone_are_sent_is_enough_for_them():
    read = selected_columns(COUNTRY_FILE.model_copy(update={"mode": "aggregate"}))
    everything = made_of(sample(60, seed=5, level="1.11", as_of=AS_OF))
    narrow = {
        table: everything[table].select(column.name for column in columns)
        for table, columns in read.items()
    }

    found = figure_values(register_of(narrow), PERIODS, SETTINGS).collect()

    of_all = figure_values(register_of(everything), PERIODS, SETTINGS).collect()
    assert found.height > 50
    assert found.sort(pl.all()).equals(of_all.sort(pl.all()), null_equal=True)
