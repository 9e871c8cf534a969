"""What is neither sent nor deleted, because of values of openIMIS that could not be read.

DHIS2 keeps what it has acknowledged of an object in doubt. `transforms.openimis.doubts` says which
these are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from transforms.model.resources import (
    ORG_UNITS,
    POLICY_EVENTS,
    RESOURCES,
    TRACKED_ENTITIES,
    Resource,
)
from transforms.model.values import CODES
from transforms.openimis.doubts import Doubts
from transforms.openimis.tables.column_types import Table
from transforms.openimis.tables.columns import (
    CLAIMS,
    HEALTH_FACILITIES,
    INSUREES,
    LOCATIONS,
    POLICIES,
    TABLES,
    VERSION_OF,
)
from transforms.openimis.unreadable import reason_of_column

HELD_BACK = {"row": pl.String(), "codes": CODES}
UNDELETABLE = {"resource": pl.String(), "row": pl.String()}
NOTHING_UNDELETABLE = pl.DataFrame(schema=UNDELETABLE)


@dataclass(frozen=True)
class Source:
    """The table that a resource is made of, and which signs do not concern it."""

    table: Table
    without: tuple[str, ...] = ()


MADE_OF: Mapping[str, tuple[Source, ...]] = {
    **{each.name: (Source(TABLES[each.table], each.unmoved_by),) for each in RESOURCES},
    ORG_UNITS: (Source(LOCATIONS), Source(HEALTH_FACILITIES)),
}
OF_OTHER_ROWS: Mapping[str, tuple[tuple[Table, str], ...]] = {
    TRACKED_ENTITIES.name: ((CLAIMS, INSUREES.key),),
    POLICY_EVENTS.name: ((POLICIES, VERSION_OF),),
}
"""Besides those of the row that a resource is made of: columns that say whose another row is.

A claim names its insuree in a column that is called as the insuree's key.
"""


def rows_in_doubt(doubts: Doubts, resource: str) -> pl.DataFrame:
    """Return the rows in doubt that a resource is made of: row (UUID or key), codes."""
    rows = [_named_rows(doubts, source) for source in MADE_OF.get(resource, ())]
    return pl.concat([pl.DataFrame(schema=HELD_BACK), *rows]).unique("row", keep="first")


def undeletable_rows(doubts: Doubts) -> pl.DataFrame:
    """Return what may not be deleted: resource, and row, which is null for all its rows."""
    rows = [
        rows_in_doubt(doubts, each).select(pl.lit(each).alias("resource"), "row")
        for each in MADE_OF
    ]
    unnamed = sorted(each.name for each in RESOURCES if _has_rows_of_nobody(doubts, each))
    whole = pl.DataFrame([(each, None) for each in unnamed], schema=UNDELETABLE, orient="row")
    return pl.concat([*rows, whole])


def with_doubts(desired: pl.LazyFrame, held_back: pl.DataFrame) -> pl.LazyFrame:
    """Return desired objects with a fault for each doubt about the row that they are made of.

    Args:
        desired: With `faults`, and `key`, which begins with the row, before a colon.
        held_back: See `held_back`.
    """
    if held_back.is_empty():
        return desired
    row = pl.col("key").str.splitn(":", 2).struct.field("field_0")
    return (
        desired.with_columns(row=row)
        .join(held_back.lazy(), on="row", how="left", maintain_order="left")
        .with_columns(faults=pl.col("faults").list.concat(pl.col("codes").fill_null([])))
        .drop("row", "codes")
    )


def _has_rows_of_nobody(doubts: Doubts, resource: Resource) -> bool:
    """Whether nobody knows whose an unreadable value is: then none of the resource is deleted."""
    table = TABLES[resource.table]
    own = ((table, table.uuid or table.key), (table, VERSION_OF))
    others = OF_OTHER_ROWS.get(resource.name, ())
    return any(doubts.has_unreadable(each.name, column) for each, column in (*own, *others))


def _named_rows(doubts: Doubts, source: Source) -> pl.DataFrame:
    codes = (
        doubts.of(source.table)
        .filter(~pl.col("column").is_in(source.without))
        .group_by("key")
        .agg(codes=reason_of_column().unique().sort())
    )
    if codes.is_empty():
        return pl.DataFrame(schema=HELD_BACK)
    names = doubts.names(source.table, codes["key"])
    return codes.join(names, on="key", nulls_equal=True).select(*HELD_BACK)
