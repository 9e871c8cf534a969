"""Records that are no insurees and no places: openIMIS keeps its funds as such.

To add a fund to a product, openIMIS makes an insuree with an insurance number of its own, the head
of a family, with an active policy; and once a region with a district, ward and village, all called
*Funding*. Nobody is insured by them, and nobody lives there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from transforms.openimis.history import is_current, is_history
from transforms.openimis.rows import Rows, Tables
from transforms.openimis.tables.columns import CLAIMS, INSUREES
from transforms.openimis.tables.places import REGION

FUND_REGION, FUND_NAME = "FR", "Funding"
_EXCLUDED = pl.col("IsExcluded") == 1
_NOBODY = pl.Series([], dtype=pl.Int64)


@dataclass(frozen=True)
class Excluded:
    """The keys of rows that are excluded.

    Attributes:
        keys: Column of the register to the keys that it must not name.
        current: How many insurees of them are current.
    """

    keys: Mapping[str, pl.Series] = field(default_factory=dict)
    current: int = 0

    def without(self, rows: Rows) -> Rows:
        """Return rows without those that are excluded, or that name what is."""
        names = rows.versions.collect_schema().names() if self.keys else []
        versions = rows.versions
        for column in self.keys.keys() & set(names):
            is_excluded = pl.col(column).is_in(self.keys[column].implode())
            versions = versions.filter(~is_excluded.fill_null(value=False))
        return Rows(rows.key, versions)


def excluded_from(snapshot: Tables) -> Excluded:
    """Return what is excluded of openIMIS; looked up at once, in narrow frames.

    Args:
        snapshot: Of openIMIS; one of an earlier release does not say who is excluded.
    """
    insurees = snapshot.get(INSUREES.name)
    if insurees is None or "IsExcluded" not in insurees.collect_schema():
        return Excluded()
    funds = insurees.filter(_EXCLUDED, ~is_history(INSUREES.key))
    found = funds.select(INSUREES.key, is_current=is_current()).collect(engine="streaming")
    if found.is_empty():
        return Excluded()
    keys = found[INSUREES.key]
    return Excluded(
        {"insuree_id": keys, "claim_id": _claims_of(snapshot, keys)},
        int(found["is_current"].sum()),
    )


def is_fund_region() -> pl.Expr:
    """True for the region that openIMIS makes for its funds."""
    return (
        (pl.col("location_type") == REGION.code)
        & (pl.col("location_code").str.strip_chars() == FUND_REGION)
        & (pl.col("location_name").str.strip_chars() == FUND_NAME)
    ).fill_null(value=False)


def places_of_funds(places: pl.LazyFrame) -> pl.LazyFrame:
    """Return the location_id of the region that openIMIS makes for its funds, and all below it."""
    regions = places.filter(is_fund_region()).select(region_id="location_id")
    return places.join(regions, on="region_id", how="semi").select("location_id")


def _claims_of(snapshot: Tables, insurees: pl.Series) -> pl.Series:
    claims = snapshot.get(CLAIMS.name)
    if claims is None:
        return _NOBODY
    own = claims.filter(pl.col("InsureeID").is_in(insurees.implode())).select(CLAIMS.key)
    return own.collect().to_series()
