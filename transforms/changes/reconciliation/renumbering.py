"""After a migration that numbers openIMIS's rows anew: what is acknowledged under the new numbers.

    acknowledged, under old numbers ─┐                      ┌─► found again   the new row's key
                                     ├─ rows of one parent ─┤
    desired, under new numbers ──────┘   matched            └─► not           a key of its own

Policy events and claim lines are named by row numbers (InsureePolicyID, ClaimServiceID,
ClaimItemID), since openIMIS gives those rows no UUID. Their parents have one: a row is found again
among the rows of its person or claim, first by all of its content, then by what it is of (the
policy, the service, the item), in order of day and number. Every object keeps its UID, so what is
equal is not posted.

What is not found again gets a key that no row can have, and is deleted by the next run like all
that openIMIS does not have. The UIDs that old numbers have used are never given to new ones: from
now on objects begin with a generation that none of them had.
"""

from dataclasses import dataclass

import polars as pl

from transforms.changes.objects.identities import STRANGER
from transforms.changes.objects.schemas import PLAIN, State, acknowledged_schema
from transforms.model.resources import Resource

FORMER = "former-"
_PREFIX = rf"^{FORMER}\d+:"
_PART, _EVENT = "\x1f", "\x1e"


@dataclass(frozen=True)
class RenumberedPartition:
    """One partition of a resource under the new numbers.

    Attributes:
        rows: The acknowledged frame.
        rows_in_dhis2: How many of openIMIS's rows DHIS2 holds objects of.
        rows_found_again: How many of them were found again.
    """

    rows: pl.DataFrame
    rows_in_dhis2: int
    rows_found_again: int


def renumber_partition(
    resource: Resource, acknowledged: pl.LazyFrame, desired: pl.LazyFrame, first: int
) -> RenumberedPartition:
    """Return what is acknowledged under the numbers that openIMIS has now.

    Args:
        resource: One whose objects are named by row numbers.
        acknowledged: One partition of it.
        desired: The same partition, of an openIMIS that was migrated.
        first: The generation with which new objects begin from now on.
    """
    columns = pl.LazyFrame(schema=acknowledged_schema(resource))
    before = pl.concat([columns, acknowledged], how="diagonal").collect()
    mine = _with_row(before).filter(~pl.col("key").str.starts_with(STRANGER))
    is_present = pl.col("state") == State.HELD.value
    old = _rows(resource, mine.filter(is_present))
    new = _rows(resource, _with_row(desired.filter(pl.col("key").is_not_null()).collect()))
    matched = _match(old, new)
    rows = (
        _with_row(before)
        .join(matched, on="row", how="left")
        .with_columns(key=_key(is_present, first), generation=pl.lit(first, pl.Int32))
        .drop("row", "rest", "newRow")
    )
    return RenumberedPartition(
        rows.select(before.columns).sort("person", "key"), len(old), len(matched)
    )


def _with_row(objects: pl.DataFrame) -> pl.DataFrame:
    """Add `row`, the number of openIMIS's row, and `rest`, what of the key follows it."""
    plain = pl.col("key").str.replace(_PREFIX, "")
    row = plain.str.extract(r"^([^:]+)")
    return objects.with_columns(row=row, rest=plain.str.strip_prefix(row))


def _key(is_present: pl.Expr, first: int) -> pl.Expr:
    is_foreign = pl.col("key").str.starts_with(STRANGER)
    former = pl.format(f"{FORMER}{first}:{{}}{{}}", "row", "rest")
    is_former = pl.col("key").str.contains(_PREFIX)
    return (
        pl.when(is_present & pl.col("newRow").is_not_null() & ~is_foreign)
        .then(pl.col("newRow") + pl.col("rest"))
        .when(is_foreign | is_former)
        .then("key")
        .otherwise(former)
    )


def _rows(resource: Resource, objects: pl.DataFrame) -> pl.DataFrame:
    """Return openIMIS's rows: row, parent, content (all of it), of (what it is of), day, number."""
    values = [field.key for field in resource.fields]
    texts = [pl.col(name).fill_null("") for name in ("rest", *PLAIN, *values)]
    return (
        objects.filter(pl.col("parent").is_not_null())
        .with_columns(content=pl.concat_str(texts, separator=_PART))
        .group_by("row")
        .agg(
            pl.col("parent").first(),
            pl.col("content").sort().str.join(_EVENT),
            pl.concat_str(resource.subject, separator=_PART, ignore_nulls=True).first().alias("of"),
            day=pl.col("occurredAt").min(),
        )
        .with_columns(number=pl.col("row").cast(pl.Int64, strict=False))
    )


def _match(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return row and newRow of what was found again: by all of its content, else by its subject."""
    equal = _pair(before, after, "content")
    left = before.join(equal, on="row", how="anti")
    free = after.join(equal, left_on="row", right_on="newRow", how="anti")
    return pl.concat([equal, _pair(left, free, "of")])


def _pair(before: pl.DataFrame, after: pl.DataFrame, by: str) -> pl.DataFrame:
    """Pair the rows of one parent that agree in `by`, in order of day and number."""
    new = _in_order(after, by).select("parent", by, "nth", newRow="row")
    return _in_order(before, by).join(new, on=["parent", by, "nth"]).select("row", "newRow")


def _in_order(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    return rows.sort("day", "number").with_columns(nth=pl.int_range(pl.len()).over("parent", by))
