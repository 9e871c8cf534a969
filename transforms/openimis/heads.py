"""Who is the head of a family: whom it names if a current member, else the only one marked so."""

import polars as pl


def heads_of(families: pl.LazyFrame, people: pl.LazyFrame) -> pl.LazyFrame:
    """Return the head of each family that has one.

    Args:
        families: Live ones, of the register.
        people: At least all current members of these families.

    Returns:
        family_id and insuree_id.
    """
    both = ("family_id", "insuree_id")
    members = people.select(*both, "is_marked_head")
    appointed = (
        families.select("family_id", insuree_id="head_id")
        .join(members, on=both, how="semi")
        .select(both)
    )
    only = (
        members.filter("is_marked_head", pl.col("family_id").is_not_null())
        .group_by("family_id")
        .agg(pl.col("insuree_id").first(), count=pl.len())
        .filter(pl.col("count") == 1)
        .join(appointed, on="family_id", how="anti")
    )
    return pl.concat([appointed, only.select(both)])
