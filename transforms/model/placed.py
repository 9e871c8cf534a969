"""Desired objects in DHIS2's own tree: org units by the decisions, in the place of ours.

All that is made of openIMIS names places by the UID that they would have as org units of ours.
Where the country file says so (`org_units = "match"`), this is the one step that knows of another
tree: behind it, a place that was decided otherwise is an org unit that moved in openIMIS.
"""

from collections.abc import Sequence

import polars as pl

from transforms.core.fields import Field, ValueType
from transforms.matching.placement import TO_DECIDE, WITHOUT_ORG_UNIT
from transforms.model.tables.name_lengths import LONGEST_NAME
from transforms.model.values import field_reason, with_faults, with_notes
from transforms.openimis.country import Country

OWN_PLACE = "openimis_place"
"""The column of the fields that keep the place of openIMIS, whose level DHIS2 may not have."""


def placed(
    desired: pl.LazyFrame, fields: Sequence[Field], placement: pl.DataFrame | None
) -> pl.LazyFrame:
    """Return desired objects with org units of DHIS2's own tree.

    Args:
        desired: See `transforms.model.resources`; places are named by UIDs of ours.
        fields: Of the resource.
        placement: `transforms.matching.placement.PLACEMENT`; None where org units are made.

    Returns:
        The same rows. What lies at a place that goes nowhere has a fault; a value that names such
        a place is left out, with a note.
    """
    if placement is None:
        return desired
    rows = _with_org_unit(desired, fields, placement.lazy())
    for field in fields:
        if field.value_type is ValueType.ORGANISATION_UNIT:
            rows = _with_value(rows, field, placement.lazy())
    return rows


def with_root(placement: pl.DataFrame, country: Country) -> pl.DataFrame:
    """Return a placement in which the root goes to itself: what is of nobody may lie there."""
    root = pl.DataFrame({"place": [country.root.uid], "org_unit": [country.root.uid]})
    return pl.concat([placement, root], how="diagonal")


def _with_org_unit(
    desired: pl.LazyFrame, fields: Sequence[Field], placement: pl.LazyFrame
) -> pl.LazyFrame:
    at = placement.select(orgUnit="place", at="org_unit", why="reason", text="text")
    rows = desired.join(at, on="orgUnit", how="left", maintain_order="left")
    names = desired.collect_schema().names()
    kept = [pl.col("text").str.slice(0, LONGEST_NAME).alias(field.key)
            for field in fields if field.column == OWN_PLACE]  # fmt: skip
    faults = {
        "place_to_decide": pl.col("why") == TO_DECIDE,
        "place_without_org_unit": pl.col("why") == WITHOUT_ORG_UNIT,
    }
    return with_faults(rows, faults).with_columns(*kept, orgUnit="at").select(names)


def _with_value(rows: pl.LazyFrame, field: Field, placement: pl.LazyFrame) -> pl.LazyFrame:
    at = placement.select(pl.col("place").alias(field.key), at="org_unit")
    joined = rows.join(at, on=field.key, how="left", maintain_order="left")
    unmatched = pl.col(field.key).is_not_null() & pl.col("at").is_null()
    return (
        with_notes(joined, {field_reason(field, "_unmatched"): unmatched})
        .with_columns(pl.col("at").alias(field.key))
        .drop("at")
    )
