"""What is neither sent nor deleted, because of values of openIMIS that could not be read.

DHIS2 keeps what it has acknowledged of an object in doubt. `transforms.openimis.doubts` says which
these are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from transforms.model.resources import (
    CLAIM_ENROLLMENTS,
    CLAIM_EVENTS,
    CLAIM_ITEMS,
    CLAIM_SERVICES,
    INSUREE_ENROLLMENTS,
    ORG_UNITS,
    POLICY_EVENTS,
    TRACKED_ENTITIES,
)
from transforms.model.values import CODES
from transforms.openimis.doubts import Doubts
from transforms.openimis.tables import columns as openimis
from transforms.openimis.tables.columns import VERSION_OF, Table
from transforms.openimis.tables.doubt_links import COVERS, LINES, VALUATION, VALUE
from transforms.openimis.unreadable import reason_of_column

HELD_BACK = {"row": pl.String(), "codes": CODES}
SPARED = {"resource": pl.String(), "row": pl.String()}
NOTHING_SPARED = pl.DataFrame(schema=SPARED)


@dataclass(frozen=True)
class Source:
    """The table that a resource is made of, and which signs do not concern it."""

    table: Table
    without: tuple[str, ...] = ()


MADE_OF: Mapping[str, tuple[Source, ...]] = {
    TRACKED_ENTITIES.name: (Source(openimis.INSUREES, (COVERS,)),),
    INSUREE_ENROLLMENTS.name: (Source(openimis.INSUREES, (VALUE,)),),
    POLICY_EVENTS.name: (Source(openimis.INSUREE_POLICIES),),
    CLAIM_ENROLLMENTS.name: (Source(openimis.CLAIMS, (LINES, VALUATION, VALUE)),),
    CLAIM_EVENTS.name: (Source(openimis.CLAIMS),),
    CLAIM_SERVICES.name: (Source(openimis.CLAIM_SERVICES),),
    CLAIM_ITEMS.name: (Source(openimis.CLAIM_ITEMS),),
    ORG_UNITS: (Source(openimis.LOCATIONS), Source(openimis.HEALTH_FACILITIES)),
}
UNNAMED: Mapping[tuple[Table, str | None], tuple[str, ...]] = {
    (openimis.INSUREES, openimis.INSUREES.uuid): (TRACKED_ENTITIES.name, INSUREE_ENROLLMENTS.name),
    (openimis.INSUREES, VERSION_OF): (TRACKED_ENTITIES.name, INSUREE_ENROLLMENTS.name),
    (openimis.INSUREE_POLICIES, openimis.INSUREE_POLICIES.key): (POLICY_EVENTS.name,),
    (openimis.INSUREE_POLICIES, VERSION_OF): (POLICY_EVENTS.name,),
    (openimis.POLICIES, VERSION_OF): (POLICY_EVENTS.name,),
    (openimis.CLAIMS, openimis.INSUREES.key): (TRACKED_ENTITIES.name,),
    (openimis.CLAIMS, openimis.CLAIMS.uuid): (CLAIM_ENROLLMENTS.name, CLAIM_EVENTS.name),
    (openimis.CLAIMS, VERSION_OF): (CLAIM_ENROLLMENTS.name, CLAIM_EVENTS.name),
    (openimis.CLAIM_SERVICES, openimis.CLAIM_SERVICES.key): (CLAIM_SERVICES.name,),
    (openimis.CLAIM_SERVICES, VERSION_OF): (CLAIM_SERVICES.name,),
    (openimis.CLAIM_ITEMS, openimis.CLAIM_ITEMS.key): (CLAIM_ITEMS.name,),
    (openimis.CLAIM_ITEMS, VERSION_OF): (CLAIM_ITEMS.name,),
}
"""Where nobody knows whose an unreadable value is: resources of which nothing may be deleted.

A claim names its insuree in a column that is called as the insuree's key.
"""


def held_back(doubts: Doubts, resource: str) -> pl.DataFrame:
    """Return the rows in doubt that a resource is made of: row (UUID or key), codes."""
    rows = [_named(doubts, source) for source in MADE_OF.get(resource, ())]
    return pl.concat([pl.DataFrame(schema=HELD_BACK), *rows]).unique("row", keep="first")


def spared(doubts: Doubts) -> pl.DataFrame:
    """Return what may not be deleted: resource, and row, which is null for all its rows."""
    rows = [
        held_back(doubts, each).select(pl.lit(each).alias("resource"), "row") for each in MADE_OF
    ]
    unnamed = {
        resource
        for (table, column), resources in UNNAMED.items()
        if doubts.has_unreadable(table.name, column or table.key)
        for resource in resources
    }
    whole = pl.DataFrame([(each, None) for each in sorted(unnamed)], schema=SPARED, orient="row")
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


def _named(doubts: Doubts, source: Source) -> pl.DataFrame:
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
