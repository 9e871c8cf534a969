"""Values without which DHIS2 refuses a completed event."""

from collections.abc import Sequence

import polars as pl

from transforms.tables.fields import Field
from transforms.values import field_reason, with_faults


def with_missing(desired: pl.LazyFrame, fields: Sequence[Field]) -> pl.LazyFrame:
    """Return `desired` with a fault where a compulsory value is empty for no other fault's sake.

    Args:
        desired: Rendered values, one column a field, and `faults`.
        fields: The fields of the resource.
    """
    is_sound = pl.col("faults").list.len() == 0
    missing = {
        field_reason(field, "_missing"): is_sound & pl.col(field.uid).is_null()
        for field in fields
        if field.compulsory
    }
    return with_faults(desired, missing)
