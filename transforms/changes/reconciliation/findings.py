"""What a reconciliation finds, object by object, and the totals of it."""

from collections.abc import Sequence
from enum import StrEnum

import polars as pl


class FindingKind(StrEnum):
    """What a comparison finds."""

    MISSING = "missing"
    DIFFERENT = "different"
    UNEXPECTED = "unexpected"


class Detail(StrEnum):
    """More of it."""

    DELETED = "deleted in DHIS2"
    UNKNOWN = "DHIS2 knows nothing of it"
    UNCLEAR = "DHIS2 does not tell whether it was deleted"
    DESIRED = "openIMIS has it"
    RETURNED = "was deleted by us"
    STRANGER = "openIMIS does not have it"
    SHARED = "also in another program: stays"


FINDINGS: dict[str, pl.DataType] = {
    name: pl.String() for name in ("resource", "kind", "detail", "uid", "orgUnit")
}
SIDES = ("openIMIS", "acknowledged", "DHIS2")


def lacking_findings(name: str, lacking: pl.LazyFrame) -> pl.LazyFrame:
    """Return as findings the confirmed org units or options (`name`) that DHIS2 lacks.

    Args:
        name: Of the metadata resource.
        lacking: uid.
    """
    return lacking.select(
        resource=pl.lit(name),
        kind=pl.lit(FindingKind.MISSING.value),
        detail=pl.lit(Detail.UNKNOWN.value),
        uid="uid",
        orgUnit=pl.lit(None, pl.String),
    )


def totals(counted: Sequence[pl.LazyFrame], findings: pl.LazyFrame) -> pl.DataFrame:
    """Return what the three hold, side by side, with what was found.

    Args:
        counted: Frames with resource, side (one of `SIDES`), orgUnit and objects.
        findings: The columns of `FINDINGS`.

    Returns:
        resource, orgUnit, openIMIS, acknowledged, DHIS2, missing, different, unexpected.
    """
    found = findings.group_by("resource", "orgUnit", side="kind").agg(objects=pl.len())
    sides = pl.concat(
        [each.cast({"objects": pl.Int64}) for each in (*counted, found)], how="diagonal"
    )
    return (
        sides.group_by("resource", "orgUnit")
        .agg(_sum_of(name) for name in (*SIDES, *(kind.value for kind in FindingKind)))
        .sort("resource", "orgUnit")
        .collect()
    )


def _sum_of(side: str) -> pl.Expr:
    return pl.col("objects").filter(pl.col("side") == side).sum().alias(side)
