"""Values that name a health facility: DHIS2 holds its org unit in place of openIMIS's key."""

import polars as pl

from transforms.core.fields import Field
from transforms.model.values import field_reason, with_notes
from transforms.openimis.places import org_units_among
from transforms.openimis.register import Register
from transforms.openimis.subjects import column_of

EVERYWHERE = pl.lit(value=True)


def with_org_unit(
    working: pl.LazyFrame, field: Field, register: Register, *, noted: pl.Expr = EVERYWHERE
) -> pl.LazyFrame:
    """Return `working` with the facility's org unit (UID) in the column of a field.

    Args:
        working: One row an object; a frame without the column is returned as it is.
        field: Its openIMIS column is a foreign key of a health facility.
        register: Of openIMIS.
        noted: Which rows get the note `<field>_unknown` where the facility is no org unit.
    """
    column = column_of(field)
    if column not in working.collect_schema():
        return working
    sites = org_units_among(register.facilities).select(
        pl.col("facility_id").alias(column), site="uid"
    )
    joined = working.join(sites, on=column, how="left", maintain_order="left")
    unknown = pl.col(column).is_not_null() & pl.col("site").is_null()
    return (
        with_notes(joined, {field_reason(field, "_unknown"): unknown & noted})
        .with_columns(pl.col("site").alias(column))
        .drop("site")
    )
