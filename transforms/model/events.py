"""The last step of every kind of event: values as text, compulsory values, and the columns."""

from collections.abc import Sequence

import polars as pl

from transforms.core.fields import Field
from transforms.model.values import field_reason, render_values, with_faults


def completed_events(
    working: pl.LazyFrame, fields: Sequence[Field], *, key: pl.Expr, parent: str
) -> pl.LazyFrame:
    """Return the desired events of `working`.

    Args:
        working: One row an event, with the columns that the fields name, `parent`, `person`,
            `orgUnit`, `occurredAt`, `in_window`, and perhaps `faults` and `notes`.
        fields: The fields of the resource.
        key: What names the event for ever.
        parent: Column with the enrollment's key.

    Returns:
        The columns of *desired*; see `transforms.model.resources`.
    """
    named = working.with_columns(key.alias("key"), pl.col(parent).alias("parent"))
    return _with_missing(render_values(named, fields), fields).select(
        "key",
        "parent",
        "person",
        "orgUnit",
        pl.lit("COMPLETED").alias("status"),
        "occurredAt",
        *(field.key for field in fields),
        "faults",
        "notes",
        "in_window",
    )


def _with_missing(events: pl.LazyFrame, fields: Sequence[Field]) -> pl.LazyFrame:
    """Add a fault where a compulsory value is empty, and no other fault says why.

    DHIS2 refuses a completed event without it.
    """
    is_sound = pl.col("faults").list.len() == 0
    missing = {
        field_reason(field, "_missing"): is_sound & pl.col(field.key).is_null()
        for field in fields
        if field.compulsory
    }
    return with_faults(events, missing)
