"""From openIMIS's codes to the options of categories."""

from collections.abc import Mapping

import polars as pl

from transforms.aggregates.figures.categories import AGE_LABELS, UNKNOWN, code_of


def option(value: str | pl.Expr, words: Mapping[str, str]) -> pl.Expr:
    """Return the code of an option: openIMIS's code by its word, and all else as unknown.

    Args:
        value: A column, or what is made of some.
        words: openIMIS's codes to their words.
    """
    plain = pl.col(value) if isinstance(value, str) else value
    code = plain.cast(pl.String).str.strip_chars()
    options = {value: code_of(word) for value, word in words.items()}
    return code.replace_strict(options, default=UNKNOWN, return_dtype=pl.String)


def age_band(birth: str, day: str) -> pl.Expr:
    """Return the age band of completed years on a day."""
    born, on = pl.col(birth), pl.col(day)
    years = (_day_of_ages(on) - _day_of_ages(born)) // 10_000
    bands = [
        pl.when(years >= low, years < below if below else pl.lit(value=True)).then(pl.lit(code))
        for code, _, low, below in AGE_LABELS
    ]
    return pl.coalesce(*bands, pl.lit(UNKNOWN))


def _day_of_ages(day: pl.Expr) -> pl.Expr:
    """Return 20260131 for 2026-01-31."""
    return day.dt.year() * 10_000 + day.dt.month().cast(pl.Int32) * 100 + day.dt.day()
