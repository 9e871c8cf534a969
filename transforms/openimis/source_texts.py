"""Values that came as text because the driver would have changed them: parsed, and strictly.

A text that is not a value of its column's type, or too long, never becomes null in silence: the
column `UNREADABLE` marks the columns that it stands in. Blank text is null.
"""

from collections.abc import Callable, Sequence

import polars as pl

from transforms.openimis.tables.column_types import (
    AMOUNT,
    CODE,
    DATE,
    KEY,
    STAMP,
    TEXT,
    UNREADABLE,
    YES_NO,
    Column,
)

SUBSTITUTE = "\x1a"
"""What comes in place of a text that is too long: the character that is named so."""

_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"\d{2}:\d{2}:\d{2}(\.\d{1,6})?"
_STAMP = rf"^{_DATE}([T ]{_TIME}(Z|[+-]00(:?00)?)?)?$"
_PATTERNS: dict[pl.DataType, str] = {
    KEY: r"^[+-]?\d{1,19}$",
    CODE: r"^[+-]?\d{1,10}$",
    AMOUNT: r"^[+-]?\d{1,16}(\.\d{1,2}0*)?$",
    DATE: _STAMP,
    STAMP: _STAMP,
    YES_NO: r"^(?i:0|1|t|f|true|false)$",
}


def parse_texts(texts: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Return `texts` (all String) with the types of `columns`, and marks of what cannot be read.

    Returns:
        The same rows; `UNREADABLE` has a mark a column (`1` where its value cannot be read, `0`
        where it can), and is null where all of the row can be read.
    """
    typed = texts.select(_to_type(column).alias(column.name) for column in columns)
    faults = [
        texts[column.name].str.strip_chars().ne("").fill_null(value=False)
        & typed[column.name].is_null()
        for column in columns
    ]
    marks = pl.concat_str(
        pl.when(fault).then(pl.lit("1")).otherwise(pl.lit("0")) for fault in faults
    )
    return typed.with_columns(pl.when(pl.any_horizontal(faults)).then(marks).alias(UNREADABLE))


def _to_type(column: Column) -> pl.Expr:
    text = pl.col(column.name)
    if column.dtype == TEXT:
        return pl.when(text != SUBSTITUTE).then(text)
    stripped = text.str.strip_chars()
    well_formed = pl.when(stripped.str.contains(_PATTERNS[column.dtype])).then(stripped)
    return _CONVERSIONS[column.dtype](well_formed)


def _stamp(text: pl.Expr) -> pl.Expr:
    date = text.str.slice(0, 10)
    time = text.str.slice(11).str.extract(rf"^({_TIME})").fill_null("00:00:00")
    return pl.concat_str(date, pl.lit(" "), time).str.to_datetime(
        "%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False
    )


_CONVERSIONS: dict[pl.DataType, Callable[[pl.Expr], pl.Expr]] = {
    KEY: lambda text: text.cast(KEY, strict=False),
    CODE: lambda text: text.cast(CODE, strict=False),
    AMOUNT: lambda text: text.str.to_decimal(scale=2).cast(AMOUNT, strict=False),
    DATE: lambda text: text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False),
    STAMP: _stamp,
    YES_NO: lambda text: text.str.to_lowercase().is_in(["1", "t", "true"]),
}
