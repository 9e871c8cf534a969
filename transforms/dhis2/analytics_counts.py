"""Whether DHIS2's analytics tables are new: events by region, confirmed against counted.

DHIS2 calls its analytics job completed although a table failed (seen on 2.42.5.2: the structure of
the org units, after a place had moved). Only new tables can hold as many events of each stage in
each region as DHIS2 has confirmed.
"""

from collections.abc import Mapping

import polars as pl

COUNTED: dict[str, pl.DataType] = {
    "resource": pl.String(),
    "region": pl.String(),
    "events": pl.Int64(),
}
"""Name of the resource, UID of the region, events."""


def region_of(confirmed: pl.DataFrame, root: str) -> pl.DataFrame:
    """Return uid and region of every org unit below the root that DHIS2 has confirmed.

    An org unit that DHIS2 had before us has neither name nor parent here: its region is the root.

    Args:
        confirmed: The columns of `CONFIRMED`, of org units.
        root: UID of the root; its children are the regions.
    """
    units = confirmed.select(
        uid=pl.col("content").str.json_path_match("$.uid"),
        parentUid=pl.col("content").str.json_path_match("$.parentUid"),
        is_theirs=pl.col("content").str.json_path_match("$.name").is_null(),
    )
    theirs = units.filter("is_theirs").select("uid", region=pl.lit(root))
    own = units.filter(~pl.col("is_theirs"), parentUid=root).select("uid", region="uid")
    levels = [pl.concat([theirs, own])]
    while levels[-1].height:
        above = levels[-1].rename({"uid": "parentUid"})
        levels.append(units.join(above, on="parentUid").select("uid", "region"))
    return pl.concat(levels)


def by_region(events: Mapping[str, pl.DataFrame], regions: pl.DataFrame) -> pl.DataFrame:
    """Return how many events each region has: the columns of `COUNTED`.

    Args:
        events: Resource to orgUnit and events.
        regions: See `region_of`.
    """
    counted = [
        frame.join(regions, left_on="orgUnit", right_on="uid")
        .group_by("region")
        .agg(pl.col("events").sum().cast(pl.Int64))
        .select(pl.lit(resource).alias("resource"), "region", "events")
        for resource, frame in events.items()
    ]
    return pl.concat([pl.DataFrame(schema=COUNTED), *counted])


def compare_counts(confirmed: pl.DataFrame, tables: pl.DataFrame) -> pl.DataFrame:
    """Return the regions of which the tables hold other counts: `COUNTED`, and `inTables`.

    Args:
        confirmed: Columns of `COUNTED`.
        tables: Columns of `COUNTED`, as the analytics tables say; no row for none.
    """
    counted = tables.rename({"events": "inTables"})
    both = confirmed.join(counted, on=["resource", "region"], how="full", coalesce=True)
    return (
        both.with_columns(pl.col("events", "inTables").fill_null(0))
        .filter(pl.col("events") != pl.col("inTables"))
        .sort("resource", "region")
    )


def shortfalls(differences: pl.DataFrame) -> pl.DataFrame:
    """Return the differences in which the tables hold too little: they are old for certain.

    Where they hold more, they may also hold events that others have entered.
    """
    return differences.filter(pl.col("inTables") < pl.col("events"))


def in_words(differences: pl.DataFrame, most: int = 5) -> str:
    """Return the differences in words, `most` of them."""
    lines = [
        f"{row['resource']} in {row['region']}: {row['inTables']:,} in the tables, "
        f"{row['events']:,} confirmed"
        for row in differences.head(most).iter_rows(named=True)
    ]
    more = f"; and {differences.height - most} more" if differences.height > most else ""
    return "; ".join(lines) + more
