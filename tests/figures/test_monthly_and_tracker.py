"""A figure of a month is what DHIS2 shows of the same period where persons are sent."""

import datetime as dt
from functools import cache

import polars as pl
import pytest

from tests.figures.desired_tracker import sent_of, tracker_of, wanted_of
from tests.figures.evaluator import figures
from tests.figures.figures_twice import COUNTRY_FILE, KEY, SERVICE_GROUPS, VERSION
from tests.figures.snapshots import made_of
from tests.figures.tracker import Tracker, period
from tests.support.openimis_sample import sample
from transforms.aggregates.figures.categories import code_of
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
STATUSES = ("Entered", "Checked", "Processed", "Rejected", "Valuated")

Part = dict[str, str]

SAME: list[tuple[str, Part, str]] = [
    ("insured_people", {}, "covered"),
    *(("insured_people", {"sex": sex}, f"covered.{sex}") for sex in ("female", "male")),
    *(
        ("insured_people", {"age_band": code_of(band)}, f"covered.{band}")
        for band in ("age-0-14", "age-15-29", "age-30-44", "age-45")
    ),
    ("insured", {"product": "PR0001"}, "covered.product:PR0001"),
    ("enrolled", {}, "enrolled"),
    ("households", {}, "households"),
    ("households", {"poverty": "poor"}, "households.poor"),
    ("households_insured", {}, "households-covered"),
    ("policies_in_force", {}, "policies-in-force"),
    ("policies_in_force", {"product": "PR0001"}, "policies-in-force.product:PR0001"),
    ("policies_new", {}, "policies-new"),
    ("policies_renewed", {}, "policies-renewed"),
    ("policies_expired", {}, "policies-expired"),
    ("policies_suspended", {}, "policies-suspended-in-period"),
    *(
        ("claims", {"claim_status": status.lower()}, f"claims-{status.lower()}")
        for status in STATUSES
    ),
    *(
        ("claims_at_end", {"claim_status": status.lower()}, f"now-{status.lower()}")
        for status in STATUSES
    ),
    ("claims", {"claim_status": "entered", "product": "PR0001"}, "claims-entered.product:PR0001"),
    (
        "claims_by_visit",
        {"claim_status": "entered", "visit_type": "emergency"},
        "claims-entered.emergency",
    ),
    ("claimed_amount", {"claim_status": "entered"}, "claimed"),
    ("claimed_amount", {"claim_status": "rejected"}, "rejected-value"),
    ("approved_amount", {}, "approved"),
    ("valuated_amount", {}, "valuated"),
    ("remunerated_amount", {}, "remunerated"),
    ("reimbursed", {}, "reimbursed"),
    ("home_claims", {}, "claims-home"),
    ("home_claimed_amount", {}, "claimed-home"),
    *(
        (f"{kind}{figure}", {}, f"{kind}-{measure}")
        for kind in ("services", "items")
        for figure, measure in (("", "lines"), ("_quantity", "quantity"), ("_amount", "amount"))
    ),
    *(
        ("group_lines", {"code_group": group}, f"services-lines.service-group:{group}")
        for group in SERVICE_GROUPS
    ),
]
"""A figure, a part of it, and the measure of the package that says the same."""


@cache
def snapshot() -> Tables:
    return made_of(sample(200, seed=7, level="1.11", as_of=AS_OF))


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


@pytest.mark.parametrize(("figure", "part", "measure"), SAME, ids=[each[2] for each in SAME])
def test_a_figure_of_a_month_is_what_dhis2_shows_of_persons(figure: str, part: Part, measure: str):
    assert of_districts(figure, part) == pytest.approx(shown(measure))


def test_most_of_them_count_something():
    zero = [measure for figure, part, measure in SAME if not of_districts(figure, part)]

    assert len(zero) < len(SAME) / 4, zero
