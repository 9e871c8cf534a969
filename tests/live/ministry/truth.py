"""How much the matching accepted without a person, and how rightly."""

import polars as pl

from staging.matches import read_matches
from tests.live.ministry.real import RealMinistry


def judged(ministry: RealMinistry) -> str:
    """Return precision and recall of each rule, and of all, of what nobody has decided by hand."""
    rows, _ = read_matches(ministry.target)
    truth = pl.col("openimis_uuid").replace_strict(ministry.made.truth, return_dtype=pl.String)
    found = rows.with_columns(truth=truth).with_columns(
        is_right=pl.col("dhis2_uid").eq_missing(pl.col("truth"))
    )
    there = found["truth"].count()
    accepted = found.filter(pl.col("decision") == "accepted")
    by_rule = pl.concat([accepted, accepted.with_columns(how=pl.lit("all rules"))])
    told = (
        by_rule.group_by("how", maintain_order=True)
        .agg(accepted=pl.len(), right=pl.col("is_right").sum())
        .with_columns(
            precision=pl.col("right") / pl.col("accepted"), recall=pl.col("right") / there
        )
    )
    lines = [
        f"  {how}: {count} accepted, precision {precision:.4f}, recall {recall:.3f}"
        for how, count, _, precision, recall in told.rows()
    ]
    left = found.filter(pl.col("decision") == "to decide").height
    return "\n".join([f"{there} places have an org unit; {left} are left to a person", *lines])
