"""From openIMIS's codes to the options of categories."""

from collections.abc import Mapping

import polars as pl

from transforms.aggregates.figures.categories import AGE_LABELS, UNKNOWN, code_of
from transforms.model.options import codes_by_key
from transforms.model.tables.option_sets import PRODUCT
from transforms.openimis.register import Register

_ENDLESS = 1_000


def option(column: str, words: Mapping[str, str]) -> pl.Expr:
    """Return the code of an option: openIMIS's code by its word, and all else as unknown."""
    code = pl.col(column).cast(pl.String).str.strip_chars()
    options = {value: code_of(word) for value, word in words.items()}
    return code.replace_strict(options, default=UNKNOWN, return_dtype=pl.String)


def with_product(frame: pl.LazyFrame, register: Register) -> pl.LazyFrame:
    """Return rows with `product`: the code of what `product_id` names, a copy of a product too."""
    codes = codes_by_key(register.codes(PRODUCT)).select(product_id="key", product="listed_code")
    joined = frame.join(codes, on="product_id", how="left")
    return joined.with_columns(pl.col("product").fill_null(UNKNOWN))


def age_band(birth: str, day: str) -> pl.Expr:
    """Return the age band of completed years on a day."""
    born, on = pl.col(birth), pl.col(day)
    years = (_day_of_ages(on) - _day_of_ages(born)) // 10_000
    bands = [
        pl.when(years.is_between(low, (below or _ENDLESS) - 1)).then(pl.lit(code))
        for code, _, low, below in AGE_LABELS
    ]
    return pl.coalesce(*bands, pl.lit(UNKNOWN))


def _day_of_ages(day: pl.Expr) -> pl.Expr:
    """Return 20260131 for 2026-01-31."""
    return day.dt.year() * 10_000 + day.dt.month().cast(pl.Int32) * 100 + day.dt.day()
