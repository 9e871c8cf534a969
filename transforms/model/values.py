"""From values as openIMIS keeps them to the text that DHIS2 will hold."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from transforms.core.fields import Field, ValueType
from transforms.model.tables.calendars import DATES, MIDNIGHT, Calendar
from transforms.openimis.subjects import column_of

LONGEST_ATTRIBUTE = 1_200
LONGEST_ELEMENT = 50_000
CODES = pl.List(pl.String)

CONTROL_CHARACTERS = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
"""DHIS2 fails the whole request for a NUL character; tabs and line ends pass."""
_PATTERNS = {ValueType.PHONE_NUMBER: r"^[0-9+()#.\s/ext-]{6,50}$"}
_FLOAT_AS = pl.Decimal(38, 6)


def in_one_line(column: str) -> pl.Expr:
    """Return a text in one line, or null; names hold tabs and line ends here and there."""
    text = pl.col(column).str.replace_all(r"[\x00-\x1F\x7F]+", " ").str.strip_chars()
    return pl.when(text != "").then(text)


def render_values(
    working: pl.LazyFrame,
    fields: Sequence[Field],
    *,
    longest: int = LONGEST_ELEMENT,
    holds_back: bool = True,
) -> pl.LazyFrame:
    """Return `working` with one column a field, named by its key: the text that DHIS2 will hold.

    Args:
        working: One row an object, with the columns that the fields name, and perhaps `faults`
            and `notes`. A column that it lacks (never selected from openIMIS) gives nulls. Of a
            field with a fixed option set it holds openIMIS's code, with a filled one the option's.
        fields: The fields of the resource.
        longest: How many characters DHIS2 accepts: fewer for an attribute than for a data element.
        holds_back: Whether a value that DHIS2 would not take holds the object back (a fault);
            else, and of a field that may be left out, it is left out (a note).

    Returns:
        The same rows, with the key columns (String; blank text is null), `faults` and `notes`. A
        column of `working` that is called as a field's key gives way to it.
    """
    types = working.collect_schema()
    present = [field for field in fields if column_of(field) in types]
    texts = [_text(field, types[column_of(field)]).alias(_name(field)) for field in present]
    missing = [pl.lit(None, pl.String).alias(_name(f)) for f in fields if f not in present]
    frame = working.with_columns(*texts, *missing)
    strict = [field for field in present if holds_back and not field.may_be_left_out]
    lenient = [field for field in present if field not in strict]
    frame = with_faults(frame, _all_of(_rules(strict, longest, types)))
    frame = _without_broken(frame, _rules(lenient, longest, types))
    frame = _without_malformed([f for f in present if f.value_type in _PATTERNS], frame)
    names = {_name(field): field.key for field in fields}
    return frame.drop(names.values(), strict=False).rename(names)


def in_calendar(frame: pl.LazyFrame, fields: Sequence[Field], calendar: Calendar) -> pl.LazyFrame:
    """Return `frame` with dates as DHIS2 accepts them in a calendar: days, or their midnights."""
    if not calendar.dates_are_moments:
        return frame
    dates = [field.key for field in fields if field.value_type in DATES]
    return frame.with_columns(pl.col(key) + MIDNIGHT for key in dates)


def with_faults(frame: pl.LazyFrame, broken: Mapping[str, pl.Expr]) -> pl.LazyFrame:
    """Return `frame` with the codes of the broken rules at the end of `faults`."""
    return _with_codes(frame, "faults", broken)


def with_notes(frame: pl.LazyFrame, left_out: Mapping[str, pl.Expr]) -> pl.LazyFrame:
    """Return `frame` with the codes of what was left out at the end of `notes`."""
    return _with_codes(frame, "notes", left_out)


def field_reason(field: Field, ending: str) -> str:
    """Return the reason code of a field: its name in DHIS2 in snake case, and the ending."""
    return re.sub(r"[^a-z0-9]+", "_", field.name.lower()).strip("_") + ending


def _with_codes(frame: pl.LazyFrame, column: str, codes: Mapping[str, pl.Expr]) -> pl.LazyFrame:
    before = (
        pl.col(column)
        if column in frame.collect_schema()
        else pl.lit(pl.Series([[]], dtype=CODES)).first()
    )
    if not codes:
        return frame.with_columns(before.alias(column))
    found = pl.concat_list(
        pl.when(rule).then(pl.lit(code)).otherwise(pl.lit(None, pl.String))
        for code, rule in codes.items()
    ).list.drop_nulls()
    return frame.with_columns(before.list.concat(found).alias(column))


def _name(field: Field) -> str:
    """Return what a text is called while the column that it is made of is still needed."""
    return f"text of {field.key}"


def _text(field: Field, dtype: pl.DataType) -> pl.Expr:
    plain = _plain(pl.col(column_of(field)), dtype)
    if field.option_set is None or field.option_set.codes is None:
        return plain
    codes = field.option_set.codes
    return plain.replace_strict(
        list(codes), list(codes.values()), default=None, return_dtype=pl.String
    )


def _plain(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Text as it is, but trimmed; numbers without exponent and trailing zeros; dates in ISO."""
    if dtype == pl.String:
        return _trim(value)
    if dtype.is_temporal():
        return value.dt.strftime("%Y-%m-%d")
    if dtype.is_float():
        return _digits(pl.when(value.is_finite()).then(value).cast(_FLOAT_AS))
    return _digits(value) if dtype.is_decimal() else value.cast(pl.String)


def _trim(value: pl.Expr) -> pl.Expr:
    trimmed = value.str.strip_chars()
    return pl.when(trimmed != "").then(trimmed)


def _digits(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.String).str.replace(r"(\.\d*?)0+$", "$1").str.replace(r"\.$", "")


_Broken = Sequence[tuple[Field, Mapping[str, pl.Expr]]]


def _rules(fields: Sequence[Field], longest: int, types: pl.Schema) -> _Broken:
    return [(field, dict(_faults(field, longest, types))) for field in fields]


def _faults(field: Field, longest: int, types: pl.Schema) -> list[tuple[str, pl.Expr]]:
    value, dtype = pl.col(column_of(field)), types[column_of(field)]
    if field.option_set is not None and field.option_set.codes is not None:
        unknown = pl.col(_name(field)).is_null() & _plain(value, dtype).is_not_null()
        return [(field_reason(field, "_unknown"), unknown)]
    if dtype.is_float():
        return [(field_reason(field, "_not_a_number"), ~value.is_finite())]
    if dtype != pl.String:
        return []
    return [
        (field_reason(field, "_too_long"), pl.col(_name(field)).str.len_chars() > longest),
        (
            field_reason(field, "_has_control_characters"),
            pl.col(_name(field)).str.contains(CONTROL_CHARACTERS),
        ),
    ]


def _all_of(broken: _Broken) -> dict[str, pl.Expr]:
    return {code: rule for _, rules in broken for code, rule in rules.items()}


def _without_broken(frame: pl.LazyFrame, broken: _Broken) -> pl.LazyFrame:
    """Leave out the values that break a rule, with a note of each."""
    return with_notes(frame, _all_of(broken)).with_columns(
        pl.when(~pl.any_horizontal(rules.values()).fill_null(value=False))
        .then(pl.col(_name(field)))
        .alias(_name(field))
        for field, rules in broken
        if rules
    )


def _without_malformed(fields: Sequence[Field], frame: pl.LazyFrame) -> pl.LazyFrame:
    """Leave out what DHIS2 would refuse the whole object for; the object is worth more."""
    fits = {_name(f): pl.col(_name(f)).str.contains(_PATTERNS[f.value_type]) for f in fields}
    notes = {field_reason(field, "_malformed"): ~fits[_name(field)] for field in fields}
    return with_notes(frame, notes).with_columns(
        pl.when(fit).then(pl.col(name)).alias(name) for name, fit in fits.items()
    )
