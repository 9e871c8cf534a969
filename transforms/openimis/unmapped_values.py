"""Values of openIMIS for which nobody has said what they mean, counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from transforms.core.language import Phrase
from transforms.openimis.country import Country
from transforms.openimis.history import is_current
from transforms.openimis.normalise import normalise
from transforms.openimis.rows import Tables
from transforms.openimis.tables.coded_values import CODED_VALUES
from transforms.openimis.tables.column_types import Column
from transforms.openimis.tables.columns import TABLES
from transforms.openimis.tables.places import GROUP_SETS, HEALTH_FACILITIES, GroupSet

_SHOWN = r"^[\w.-]{1,4}$"
"""What a code looks like. What does not may be text that somebody wrote about a person."""
_OTHER = "(no code)"
_FROM, _TO = "ValidityFrom", "ValidityTo"
_ORDER, _DESCENDING = ("rows", "column", "value"), (True, False, False)
Unmapped = dict[str, str | int]


@dataclass(frozen=True)
class _CodedColumn:
    """A column, where the country file maps its values, and those that are mapped."""

    table: str
    column: str
    section: str
    values: Iterable[str]


def count_unmapped(snapshot: Tables, country: Country) -> list[Unmapped]:
    """Return the values of current rows that neither openIMIS nor the country file explains.

    Args:
        snapshot: As it was read. Tables and columns that it lacks are passed over.
        country: Says what values mean, and names the groups of health facilities.

    Returns:
        `column` (with its table), `section` (of the country file), `value` and `rows`, the most
        frequent first. Values that do not look like a code are one line.
    """
    return _count_all(snapshot, country, _columns(country))


def count_codes(snapshot: Tables, country: Country) -> list[Unmapped]:
    """Return all values of current rows in such columns, explained or not; else the same."""
    return _count_all(snapshot, country, [replace(each, values=()) for each in _columns(country)])


def _count_all(
    snapshot: Tables, country: Country, columns: Iterable[_CodedColumn]
) -> list[Unmapped]:
    tables = normalise(snapshot, country)
    counts = [
        _counts(tables[each.table], each)
        for each in columns
        if each.table in tables and each.column in tables[each.table].collect_schema()
    ]
    if not counts:
        return []
    found = pl.concat(counts).sort(_ORDER, descending=_DESCENDING)
    return found.collect(engine="streaming").to_dicts()


def columns_of_codes(
    columns: Mapping[str, Sequence[Column]], country: Country
) -> dict[str, list[Column]]:
    """Return what `count_unmapped` needs, of the columns that are read.

    Args:
        columns: Table name to its columns that are read.
        country: Names the flags by which this openIMIS deletes rows.

    Returns:
        Table name to columns, of tables that have such values.
    """
    coded = {(each.table, each.column) for each in _columns(country)}
    found = {
        name: [
            each
            for each in read
            if (name, each.name) in coded
            or each.name in {_FROM, _TO, TABLES[name].key, *country.not_current.get(name, ())}
        ]
        for name, read in columns.items()
    }
    tables = {table for table, _ in coded}
    return {name: each for name, each in found.items() if name in tables}


def sum_unmapped(counts: Iterable[Unmapped]) -> list[Unmapped]:
    """Return what was counted part by part, added up, in the order of `count_unmapped`."""
    rows = list(counts)
    if not rows:
        return []
    by = ["column", "section", "value"]
    added = pl.DataFrame(rows).group_by(by).agg(pl.col("rows").sum())
    return added.sort(_ORDER, descending=_DESCENDING).to_dicts()


def sentence_of(unmapped: Mapping[str, str | int]) -> Phrase:
    """Return what `count_unmapped` says of a value, in words."""
    return Phrase(
        "{column} is {value} in {rows} current rows, and nothing says what that means: map it in "
        "the country file ([{section}]).",
        **unmapped,
    )


def _columns(country: Country) -> list[_CodedColumn]:
    coded = [
        _CodedColumn(each.table.name, each.column_name, f"values.{each.key}", each.words)
        for each in CODED_VALUES
    ]
    groups = [
        _CodedColumn(each.table or "", each.column or "", each.key, _grouped_values(each, country))
        for each in GROUP_SETS
        if each.table == HEALTH_FACILITIES and country.fills(each)
    ]
    return [*coded, *groups]


def _grouped_values(group_set: GroupSet, country: Country) -> list[str]:
    """Return the values that put a health facility into a group of a set."""
    return [value for group in group_set.groups for value in country.codes_in(group_set, group)]


def _counts(rows: pl.LazyFrame, coded: _CodedColumn) -> pl.LazyFrame:
    text = pl.col(coded.column).cast(pl.String).str.strip_chars()
    shown = pl.when(text.str.contains(_SHOWN)).then(text).otherwise(pl.lit(_OTHER))
    return (
        rows.filter(is_current(), text != "", ~text.is_in(list(coded.values)))
        .group_by(value=shown)
        .agg(rows=pl.len())
        .select(
            "value",
            "rows",
            column=pl.lit(f"{coded.table}.{coded.column}"),
            section=pl.lit(coded.section),
        )
    )
