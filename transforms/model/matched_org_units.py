"""The org units of DHIS2's own tree that places go to, and those that we make in it.

Of an org unit that is not ours, nothing is said but what is ours: its programs, its data set, and
its groups of ours. So it has neither name nor parent here, and that is how it is known.
"""

import polars as pl

IS_THEIRS = pl.col("name").is_null()
"""True for an org unit that DHIS2 had before us: it is never written."""

_NOT_SAID = ("code", "name", "shortName", "openingDate", "closedDate", "parentUid", "geometry")


def in_tree_of_dhis2(units: pl.LazyFrame, placement: pl.DataFrame) -> pl.LazyFrame:
    """Return one row for each org unit that places go to, and one for each place held back.

    Args:
        units: See `transforms.model.org_units.org_units`; one row a place.
        placement: `transforms.matching.placement.PLACEMENT`.

    Returns:
        The same columns. Several places may go to one org unit of DHIS2: its `key` is that of the
        first that it stands for, and the groups are those of this one. A place that waits for a
        decision, or that the country file holds back, has a fault; what lies below it has none of
        its own. A place that cannot be an org unit at all is as it was.
    """
    columns = units.collect_schema().names()
    of_places = placement.lazy().select(pl.exclude("key", "text")).rename({"parent": "made_below"})
    rows = units.join(of_places, left_on="uid", right_on="place", how="left").with_columns(
        pl.col("is_own").fill_null(value=False), is_odd=pl.col("faults").list.len() > 0
    )
    is_made = pl.col("made_below").is_not_null()
    parts = (
        rows.filter("is_odd"),
        rows.filter(~pl.col("is_odd") & is_made).with_columns(parentUid="made_below"),
        _theirs(rows.filter(~pl.col("is_odd") & ~is_made)),
        _held_back(rows.filter(~pl.col("is_odd"))),
    )
    return pl.concat([part.select(columns) for part in parts]).sort("level", "key", nulls_last=True)


def _theirs(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return the org units of DHIS2's own, each once: what is ours of them."""
    types = rows.collect_schema()
    is_own = pl.col("is_own")
    return (
        rows.filter(pl.col("org_unit").is_not_null())
        .sort(~is_own, pl.col("closedDate").is_not_null(), "level", "key")
        .with_columns(
            groups=pl.when(is_own).then("groups").otherwise(pl.lit([], types["groups"])),
            in_population_set=is_own & pl.col("in_population_set"),
        )
        .group_by(uid="org_unit", maintain_order=True)
        .agg(
            pl.col("key", "kind", "groups", "faults").first(),
            pl.col("in_insuree_program", "in_claim_program", "in_population_set").any(),
        )
        .with_columns(
            pl.lit(None, types["level"]).alias("level"),
            *(pl.lit(None, types[name]).alias(name) for name in _NOT_SAID),
        )
    )


def _held_back(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return the places that wait themselves; of those that openIMIS has deleted, none is told."""
    return rows.filter("is_own_reason", pl.col("closedDate").is_null()).with_columns(
        faults=pl.concat_list("faults", "reason")
    )
