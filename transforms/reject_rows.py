"""Rejects as people see them: the object, the openIMIS row it comes from, the reason, a hint."""

import polars as pl

from transforms.metadata_changes import OPTIONS, ORG_UNITS
from transforms.resources import RESOURCE_BY_NAME
from transforms.tables.error_codes import ERROR_CODES
from transforms.tables.reasons import REASONS

TABLES = {name: resource.table for name, resource in RESOURCE_BY_NAME.items()} | {
    ORG_UNITS: "tblLocations or tblHF",
    OPTIONS: "the table of the option set",
}
HINTS = REASONS | {code: f"{error.meaning} {error.hint}" for code, error in ERROR_CODES.items()}
UNKNOWN = (
    "DHIS2 gives this code, and nothing is known of it here: look it up in DHIS2's documentation."
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
    return rejects.select(
        "key",
        "stage",
        resource=pl.lit(resource),
        table=pl.lit(TABLES[resource]),
        id=pl.col("key").str.split(":").list.first(),
        reason=pl.col("reasons").list.first(),
        reasons=pl.col("reasons").list.join(" "),
    ).with_columns(hint=pl.col("reason").replace_strict(HINTS, default=UNKNOWN))


def noted_rows(desired: pl.LazyFrame) -> pl.DataFrame:
    """Return what was left out of rows that were sent: key, stage (`note`), reasons."""
    noted = desired.filter(pl.col("notes").list.len() > 0)
    return noted.select("key", stage=pl.lit("note"), reasons="notes").collect()
