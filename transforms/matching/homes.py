"""Where a place belongs, and so where the places below it are looked for.

A place is settled if it has an org unit, if a decision says that it has none, or if DHIS2 has no
level for such places: the places below it are then looked for below its home. Its home is its org
unit, or that of the nearest place above that has one.
"""

import polars as pl

from transforms.matching.judgement import ACCEPTED, NONE
from transforms.matching.tables.objections import NO_CANDIDATE, NO_LEVEL, PARENT_OPEN

HOMES = pl.Schema(
    {"key": pl.String(), "home": pl.String(), "above": pl.String(), "is_settled": pl.Boolean()}
)
"""UUID of a place; its home, and that of the place above it: UIDs; whether it is settled."""
_ABOVE_REGIONS = ""


def first_homes(root: str) -> pl.DataFrame:
    """Return `HOMES` of what lies above the regions: the root."""
    return pl.DataFrame([(_ABOVE_REGIONS, root, None, True)], schema=HOMES, orient="row")


def add_homes_above(places: pl.DataFrame, homes: pl.DataFrame) -> pl.DataFrame:
    """Add what the place above has (`home`, `above`, `is_settled`), and so where to look."""
    return (
        places.with_columns(pl.col("parent_key").fill_null(_ABOVE_REGIONS))
        .join(homes.rename({"key": "parent_key"}), on="parent_key", how="left")
        .with_columns(
            inside=pl.when("is_settled").then("home"),
            around=pl.when("is_settled").then("above").otherwise("home"),
        )
    )


def explain(rows: pl.DataFrame, *, has_level: bool) -> pl.DataFrame:
    """Say of places without a candidate why they have none."""
    is_open = pl.col("decision").is_null()
    why = pl.when("is_settled").then(pl.lit(NO_CANDIDATE)).otherwise(pl.lit(PARENT_OPEN))
    return rows.with_columns(
        pl.when(is_open)
        .then(why if has_level else pl.lit(NO_LEVEL))
        .otherwise("note")
        .alias("note"),
        pl.col("decision").fill_null(NONE),
    )


def settle(rows: pl.DataFrame, units: pl.DataFrame, *, has_level: bool) -> pl.DataFrame:
    """Say where a place belongs, and whether those below it may be looked for there.

    Who decided that a place has no org unit has settled it, as has a level that is not there.
    """
    is_accepted = (pl.col("decision") == ACCEPTED) & pl.col("uid").is_in(units["uid"].implode())
    passes_on = (pl.col("decision") == NONE) & (
        pl.col("is_decided").fill_null(value=False) | (not has_level)
    )
    return rows.with_columns(
        home=pl.when(is_accepted).then("uid").otherwise("home"),
        above=pl.when(is_accepted).then("home").otherwise("above"),
        is_settled=is_accepted | (passes_on & pl.col("is_settled")),
        note=pl.col("note").fill_null(""),
        candidates=pl.col("candidates").fill_null(""),
    )
