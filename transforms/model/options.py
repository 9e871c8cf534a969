"""The options, and the way from an openIMIS code or foreign key to an option's code."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import polars as pl

from transforms.core.fields import Field, OptionSet
from transforms.core.uids import hashed_uid
from transforms.model.tables.name_lengths import LONGEST_NAME
from transforms.model.tables.option_sets import FILLED_SETS, FIXED_SETS
from transforms.model.values import CONTROL_CHARACTERS, field_reason, with_faults, with_notes
from transforms.openimis.codes import list_of
from transforms.openimis.register import Register
from transforms.openimis.subjects import column_of

LONGEST_CODE = 230

Keys = Mapping[str, pl.Series]
"""openIMIS table to keys of it."""
NO_KEYS: Keys = MappingProxyType({})


def options(
    register: Register, doubtful: Keys = NO_KEYS, without: Collection[OptionSet] = ()
) -> pl.LazyFrame:
    """Return the options of all option sets.

    A filled set has the codes of the live rows, deleted ones included: old data name them. Its
    order is that of the openIMIS keys, so that a new option is the last.

    Args:
        register: Of openIMIS.
        doubtful: Table to the keys of rows that cannot be read: their options stay as they are in
            DHIS2, so they are not among what is returned.
        without: Fixed option sets of which no option is returned.

    Returns:
        key (`<option set>:<code>`), optionSet and uid (UIDs), code, name (of a filled set "code
        name"; unique within the set), sortOrder (Int32, from 1), row (of a filled set the key of
        the row of openIMIS that has the code, else null).
    """
    sets = [_fixed_options(option_set) for option_set in FIXED_SETS if option_set not in without]
    sets += [
        _filled_options(option_set, register, doubtful.get(list_of(option_set).name))
        for option_set in FILLED_SETS
    ]
    return pl.concat(sets).select(
        pl.format("{}:{}", "optionSet", "code").alias("key"),
        "optionSet", "uid", "code", "name", "sortOrder", "row",
    )  # fmt: skip


def with_option_codes(
    working: pl.LazyFrame,
    fields: Sequence[Field],
    register: Register,
    *,
    holds_back: bool = True,
) -> pl.LazyFrame:
    """Return `working` with option codes in place of foreign keys and codes of filled sets.

    Args:
        working: One row an object; perhaps with `faults` and `notes`.
        fields: The fields of the resource. Those without a filled set, those that a transform
            makes, and those whose column `working` lacks are passed over.
        register: Of openIMIS.
        holds_back: Whether a code that is not listed holds the object back; else it is left out.

    Returns:
        The same rows. A foreign key that names a copy gives the live row's code. What
        names no row is a fault (or a note) `<field>_unknown`; a row without code gives null and
        a note.
    """
    columns = working.collect_schema().names()
    for field in fields:
        if field.table and field.option_set and field.option_set.table:
            column = column_of(field)
            if column in columns:
                codes = codes_by_key(register.codes(field.option_set)).rename({"key": column})
                working = _with_code(working, field, codes, holds_back=holds_back)
    return working


def _with_code(
    working: pl.LazyFrame, field: Field, codes: pl.LazyFrame, *, holds_back: bool
) -> pl.LazyFrame:
    column = column_of(field)
    joined = working.with_columns(_trim(column, working)).join(
        codes, on=column, how="left", maintain_order="left"
    )
    is_listed = pl.col("listed").fill_null(value=False)
    too_long = pl.col("listed_code").str.len_chars() > LONGEST_CODE
    broken = {
        field_reason(field, "_unknown"): pl.col(column).is_not_null() & ~is_listed,
        "option_code_too_long": too_long,
    }
    judged = with_faults(joined, broken) if holds_back else with_notes(joined, broken)
    judged = with_notes(judged, {"option_code_blank": is_listed & pl.col("listed_code").is_null()})
    code = pl.when(pl.lit(holds_back) | ~too_long.fill_null(value=False)).then("listed_code")
    return judged.with_columns(code.alias(column)).drop("listed", "listed_code")


def _trim(column: str, frame: pl.LazyFrame) -> pl.Expr:
    """Null for what openIMIS writes for nothing: blank text, or 0 in a foreign key or code."""
    if frame.collect_schema()[column] == pl.String:
        text = pl.col(column).str.strip_chars()
        return pl.when(text != "").then(text).alias(column)
    return pl.when(pl.col(column) != 0).then(column).alias(column)


def codes_by_key(entries: pl.LazyFrame) -> pl.LazyFrame:
    """Return, a key of the list (a copy's too): key, listed (true) and listed_code."""
    live = entries.filter(~pl.col("is_copy")).select(
        "live_key", listed=pl.lit(value=True), listed_code="code"
    )
    keys = entries.filter(pl.col("key").is_not_null()).select(_trim("key", entries), "live_key")
    return keys.join(live, on="live_key").drop("live_key")


def _fixed_options(option_set: OptionSet) -> pl.LazyFrame:
    codes = list((option_set.codes or {}).values())
    frame = pl.LazyFrame(
        {
            "code": codes,
            "name": codes,
            "sortOrder": range(1, len(codes) + 1),
            "seed_uid": [option_set.option_uids.get(code) for code in codes],
            "row": None,
        },
        schema_overrides={"sortOrder": pl.Int32, "seed_uid": pl.String, "row": pl.String},
    )
    return _with_uids(frame, option_set)


def _filled_options(
    option_set: OptionSet, register: Register, doubtful: pl.Series | None
) -> pl.LazyFrame:
    entries = register.codes(option_set)
    listed = entries.filter(~pl.col("is_copy")).with_columns(
        pl.col("label").str.replace_all(CONTROL_CHARACTERS, " "),
        in_doubt=_is_among(doubtful),
    )
    is_code = pl.col("code").str.len_chars() <= LONGEST_CODE
    is_code &= ~pl.col("code").str.contains(CONTROL_CHARACTERS)
    numbered = _one_a_code(listed.filter(is_code)).with_columns(
        name=_name(), sortOrder=pl.int_range(1, pl.len() + 1, dtype=pl.Int32),
        seed_uid=pl.lit(None, pl.String),
    )  # fmt: skip
    named = _with_unique_names(numbered)
    return _with_uids(named.filter(~pl.col("in_doubt")), option_set)


def _is_among(keys: pl.Series | None) -> pl.Expr:
    if keys is None:
        return pl.lit(value=False)
    return pl.col("key").is_in(keys.implode()).fill_null(value=False)


def _one_a_code(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Keep a code once: with name and key of the current row, at the place of the first row."""
    ordered = rows.sort("sort_order", "key", nulls_last=True).with_row_index("place")
    return (
        ordered.sort("is_current", "place", descending=True)
        .group_by("code", maintain_order=True)
        .agg(
            pl.col("label").first(),
            pl.col("place").min(),
            pl.col("in_doubt").any(),
            row=pl.col("live_key").cast(pl.String).first(),
        )
        .sort("place")
    )


def _name() -> pl.Expr:
    """`code name`, but the code alone where it says the name already."""
    says_it = pl.col("label").is_null() | pl.col("code").str.ends_with(pl.col("label"))
    return (
        pl.when(says_it)
        .then("code")
        .otherwise(pl.concat_str("code", "label", separator=" "))
        .str.slice(0, LONGEST_NAME)
        .str.strip_chars_end()
    )


def _with_unique_names(rows: pl.LazyFrame) -> pl.LazyFrame:
    """DHIS2 refuses a second option of one name in a set (E4028); codes are unique already."""
    longest_label = (LONGEST_NAME - 3 - pl.col("code").str.len_chars()).clip(0)
    name_with_code = pl.format("{} ({})", pl.col("name").str.slice(0, longest_label), "code")
    return rows.with_columns(
        name=pl.when(pl.col("name").is_duplicated()).then(name_with_code).otherwise("name")
    )


def _with_uids(rows: pl.LazyFrame, option_set: OptionSet) -> pl.LazyFrame:
    own = hashed_uid(pl.concat_str(pl.lit(option_set.salt), "code"))
    return rows.select(
        "code", "name", "sortOrder", "row", optionSet=pl.lit(option_set.uid),
        uid=pl.coalesce("seed_uid", own),
    )  # fmt: skip
