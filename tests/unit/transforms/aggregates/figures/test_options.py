"""Options: what openIMIS's codes and days of birth become."""

import datetime as dt

import polars as pl
import pytest

from transforms.aggregates.figures.categories import CATEGORIES, GENDERS
from transforms.aggregates.figures.options import age_band, option
from transforms.aggregates.figures.periods import period_of

LAST = dt.date(2023, 6, 30)


@pytest.mark.parametrize(
    ("birth", "band"),
    [
        (dt.date(2008, 6, 30), "age_15_29"),
        (dt.date(2008, 7, 1), "age_0_14"),
        (dt.date(1993, 6, 30), "age_30_44"),
        (dt.date(1978, 6, 30), "age_45"),
        (dt.date(1, 1, 1), "age_45"),
        (dt.date(2023, 7, 1), "unknown"),
        (None, "unknown"),
    ],
)
def test_the_age_is_that_of_completed_years_on_the_last_day(birth: dt.date | None, band: str):
    days = pl.DataFrame(
        {"birth": [birth], "last": [LAST]}, schema={"birth": pl.Date, "last": pl.Date}
    )

    assert days.select(age_band("birth", "last")).item() == band


def test_a_code_that_is_in_no_list_is_unknown():
    codes = pl.DataFrame({"gender": ["F", " M ", "X", None]})

    found = codes.select(option("gender", GENDERS)).to_series().to_list()

    assert found == ["female", "male", "unknown", "unknown"]


def test_the_options_of_a_category_have_codes_of_their_own():
    for category in CATEGORIES.values():
        codes = [code for code, _ in category.options or ()]
        assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("identifier", "first", "last"),
    [
        ("202402", dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
        ("2023Q4", dt.date(2023, 10, 1), dt.date(2023, 12, 31)),
    ],
)
def test_a_period_has_the_days_that_dhis2_gives_it(identifier: str, first: dt.date, last: dt.date):
    assert (period_of(identifier).first, period_of(identifier).last) == (first, last)


def test_what_is_neither_a_month_nor_a_quarter_is_refused():
    with pytest.raises(ValueError, match="no month as 202601, and no quarter"):
        period_of("202613")
