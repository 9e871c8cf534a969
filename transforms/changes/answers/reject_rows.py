"""Rejects as people see them: the object, the openIMIS row it comes from, the reason, a hint."""

from collections.abc import Iterable, Sequence

import polars as pl

from transforms.changes.answers.metadata_changes import ROW
from transforms.core.language import ENGLISH, Language, message
from transforms.dhis2.tables.error_codes import ERROR_CODES
from transforms.model.resources import EVERY_BY_NAME, OPTIONS, ORG_UNITS
from transforms.model.tables.option_sets import FILLED_SETS
from transforms.openimis.tables.columns import HEALTH_FACILITIES, LOCATIONS
from transforms.openimis.tables.field_reasons import hint_of

POPULATION, NOTE, COUNTED_ONLY = "population", "note", "counted only"
UNREADABLE_ROWS = "openimis_rows"
FIXED_LIST = "a fixed list of the package"
UNKNOWN = message("Nothing is known of this code here: look it up in DHIS2's documentation.")
TABLES = {name: resource.table for name, resource in EVERY_BY_NAME.items()} | {
    ORG_UNITS: f"{LOCATIONS.name} or {HEALTH_FACILITIES.name}",
    OPTIONS: FIXED_LIST,
    POPULATION: "the file of figures",
    UNREADABLE_ROWS: "the table of the row",
}
TABLE_OF_SET = {each.uid: each.table for each in FILLED_SETS}


def table_of(resource: str, name: str) -> str:
    """Return the openIMIS table of a resource, or of one of its values (an option set)."""
    return TABLE_OF_SET.get(name) or TABLES[resource]


def hints(codes: Iterable[str], language: Language = ENGLISH) -> dict[str, str]:
    """Return what to do about each reason code: ours, or DHIS2's."""
    return {code: _hint(code, language) for code in codes}


def _hint(code: str, language: Language) -> str:
    if code in ERROR_CODES:
        found = ERROR_CODES[code]
        return f"{language.of(found.meaning)} {language.of(found.hint)}"
    return language.of(hint_of(code) or UNKNOWN)


def hints_in(rows: pl.DataFrame, language: Language) -> pl.DataFrame:
    """Return rejects with their hints in a language."""
    if language is ENGLISH:
        return rows
    meaning = hints(rows["reason"].unique().drop_nulls(), language)
    return rows.with_columns(
        hint=pl.col("reason").replace_strict(meaning, return_dtype=pl.String, default=None)
    )


def reject_rows(resource: str, rejects: pl.DataFrame) -> pl.DataFrame:
    """Return the rejects of a resource with table, id, reason and hint.

    Args:
        resource: Its name.
        rejects: key, stage, reasons (List(String), never empty).

    Returns:
        resource, key, table, id (the UUID, or the key where openIMIS has none), stage, reason
        (the first), reasons (all, joined by a space), hint.
    """
    first = pl.col("reasons").list.first()
    rows = rejects.select(
        "key",
        "stage",
        resource=pl.lit(resource),
        table=pl.lit(TABLES[resource]),
        id=pl.col("key").str.split(":").list.first(),
        reason=first,
        reasons=pl.col("reasons").list.join(" "),
    )
    meaning = hints(rows["reason"].unique().drop_nulls())
    return rows.with_columns(
        hint=pl.col("reason").replace_strict(meaning, return_dtype=pl.String, default=None)
    )


def option_rows(rejects: pl.DataFrame, options: pl.DataFrame) -> pl.DataFrame:
    """Return the rejects of options: each names the table and row that its code comes from.

    Args:
        rejects: See `reject_rows`.
        options: key and row of the options; runs that were begun by 0.1 have no row.

    Returns:
        See `reject_rows`; id is the key of openIMIS's row, or the code where there is no row.
    """
    rows = reject_rows(OPTIONS, rejects)
    option_set, code = (pl.col("key").str.splitn(":", 2).struct.field(f"field_{n}") for n in (0, 1))
    if ROW not in options.columns:
        options = options.with_columns(pl.lit(None, pl.String).alias(ROW))
    return rows.join(
        options.select("key", ROW), on="key", how="left", maintain_order="left"
    ).select(
        pl.exclude("table", "id", ROW),
        table=option_set.replace_strict(TABLE_OF_SET, default=FIXED_LIST, return_dtype=pl.String),
        id=pl.coalesce(ROW, code),
    )


def unreadable_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of openIMIS that hold an unreadable value as rejects.

    Args:
        rows: table, id (UUID, or the key where openIMIS has none), reasons.
    """
    rejects = rows.select(key="id", stage=pl.lit("rule"), reasons="reasons")
    return reject_rows(UNREADABLE_ROWS, rejects).with_columns(rows["table"])


def noted_rows(desired: pl.LazyFrame, sent: pl.DataFrame) -> pl.DataFrame:
    """Return what was left out of rows that are sent: key, stage (`note`), reasons.

    Args:
        desired: key and notes of all rows.
        sent: key of those that are sent: what did not change was reported when it was sent.
    """
    noted = _rows_with_notes(desired).join(sent.lazy().select("key"), on="key", how="semi")
    return noted.select("key", stage=pl.lit(NOTE), reasons="notes").collect()


def note_counts(desired: pl.LazyFrame) -> pl.DataFrame:
    """Return reason and count (UInt32): how many rows, changed or not, lack something for it."""
    reasons = _rows_with_notes(desired).select(reason=pl.col("notes").explode())
    return reasons.group_by("reason").agg(count=pl.len()).collect()


def sum_by_reason(counts: Sequence[pl.DataFrame]) -> dict[str, int]:
    """Return reason → objects, of frames with the columns `reason` and `count`."""
    total = pl.concat(counts).group_by("reason").agg(pl.col("count").sum()).sort("reason")
    return dict(total.iter_rows())


def _rows_with_notes(desired: pl.LazyFrame) -> pl.LazyFrame:
    return desired.select("key", "notes").filter(pl.col("notes").list.len() > 0)
