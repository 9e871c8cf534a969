"""A figure of a month is what DHIS2 shows of the same period where persons are sent."""

import datetime as dt
from functools import cache

import polars as pl
import pytest

from tests.figures.desired_tracker import sent_of, tracker_of, wanted_of
from tests.figures.evaluator import figures
from tests.figures.figures_twice import COUNTRY_FILE, KEY, VERSION
from tests.figures.same_figures import SAME, SAME_IN_THE_COUNTRY, Part
from tests.figures.snapshots import made_of
from tests.figures.tracker import Tracker, period
from tests.support.openimis_sample import sample
from transforms.aggregates.figures.compute import figure_values
from transforms.aggregates.figures.districts import districts_of
from transforms.aggregates.figures.periods import period_of
from transforms.aggregates.figures.settings import FigureSettings
from transforms.core.fields import Treatment
from transforms.core.uids import uid_of_uuid
from transforms.model.options import options
from transforms.openimis.register import Register, register_of
from transforms.openimis.rows import Tables
from transforms.package.program_indicators import program_indicator_objects, program_indicators_of

AS_OF = dt.date(2026, 1, 1)
COUNTRY = COUNTRY_FILE.model_copy(
    update={"privacy": COUNTRY_FILE.privacy | {"Date of birth": Treatment.SEND}}
)
MONTHS = ("202505", "202512")


@cache
def snapshot() -> Tables:
    """A sample of which every second payment is what a payer gave for the product."""
    tables = made_of(sample(200, seed=7, level="1.11", as_of=AS_OF))
    is_given = pl.col("PremiumId") % 2 == 0
    pay_type = pl.when(is_given).then(pl.lit("F")).otherwise("PayType").alias("PayType")
    return {**tables, "tblPremium": tables["tblPremium"].with_columns(pay_type)}


@cache
def register() -> Register:
    return register_of(snapshot())


@cache
def monthly() -> pl.DataFrame:
    """The figures, with the UID of the district in which each place lies."""
    months = [period_of(each) for each in MONTHS]
    found = figure_values(register(), months, FigureSettings(AS_OF, COUNTRY)).collect()
    districts = districts_of(register(), COUNTRY).collect()
    uids = found.with_columns(uid=uid_of_uuid(pl.col("place"))).join(districts, on="uid")
    return uids.with_columns(district=uid_of_uuid(pl.col("district")))


@cache
def tracker() -> Tracker:
    wanted = wanted_of(snapshot(), as_of=AS_OF, country=COUNTRY, pseudonym_key=KEY)
    return tracker_of(sent_of(wanted), snapshot(), COUNTRY)


@cache
def measures() -> dict[str, dict[str, object]]:
    """Key of a program indicator to what DHIS2 has of it."""
    rows = program_indicators_of(COUNTRY, options(register()).collect())
    objects = {each["id"]: each for each in program_indicator_objects(rows)["programIndicators"]}
    return {row.key: objects[row.uid] for row in rows}


def of_districts(figure: str, part: Part) -> dict[tuple[str, str], float]:
    rows = monthly().filter(figure=figure, **part)
    sums = rows.group_by("period", "district").agg(pl.col("value").sum().cast(pl.Float64))
    return {row[:2]: row[2] for row in sums.iter_rows()}


def shown(measure: str) -> dict[tuple[str, str], float]:
    months = tuple(period(each) for each in MONTHS)
    districts = set(monthly()["district"])
    answers = figures(measures()[measure], tracker(), months, VERSION)
    return {row[:2]: row[2] for row in answers.iter_rows() if row[1] in districts and row[2]}


def rounding(measure: str) -> float:
    """Return how far what DHIS2 shows may be from the figure: it rounds, amounts to whole ones."""
    return 0.51 * 10 ** -int(str(measures()[measure]["decimals"]))


@pytest.mark.parametrize(("figure", "part", "measure"), SAME, ids=[each[2] for each in SAME])
def test_a_figure_of_a_month_is_what_dhis2_shows_of_persons(figure: str, part: Part, measure: str):
    expected = pytest.approx(shown(measure), abs=rounding(measure))
    assert of_districts(figure, part) == expected


def by_month(of_districts: dict[tuple[str, str], float]) -> dict[str, float]:
    months = dict.fromkeys(MONTHS, 0.0)
    for (month, _), value in of_districts.items():
        months[month] += value
    return months


@pytest.mark.parametrize(
    ("figure", "part", "measure"),
    SAME_IN_THE_COUNTRY,
    ids=[each[2] for each in SAME_IN_THE_COUNTRY],
)
def test_what_households_paid_in_a_month_is_what_dhis2_shows_of_the_country(
    figure: str, part: Part, measure: str
):
    assert by_month(of_districts(figure, part)) == pytest.approx(by_month(shown(measure)))


@pytest.mark.parametrize("product", [None, "PR0001", "PR0002"])
def test_what_was_given_in_a_month_is_what_dhis2_shows_of_the_country(product: str | None):
    months = [period_of(each) for each in MONTHS]
    settings = FigureSettings(AS_OF, COUNTRY)
    rows = figure_values(register(), months, settings).collect().filter(figure="funding")
    part = rows if product is None else rows.filter(product=product)
    measure = "funding" if product is None else f"funding.product:{product}"

    answers = figures(measures()[measure], tracker(), tuple(map(period, MONTHS)), VERSION)

    expected = part.group_by("period").agg(pl.col("value").sum().cast(pl.Float64))
    at_root = answers.filter(pl.col("orgUnit") == COUNTRY.root.uid, pl.col("value") > 0)
    assert dict(at_root.select("period", "value").iter_rows()) == pytest.approx(
        dict(expected.iter_rows()), abs=rounding(measure)
    )
    assert not expected.is_empty() or product


def test_most_of_them_count_something():
    zero = [measure for figure, part, measure in SAME if not of_districts(figure, part)]

    assert len(zero) < len(SAME) / 4, zero
