"""How much the matching accepted without a person, and how rightly."""

import polars as pl

from staging.matches import read_matches
from tests.live.ministry.real import RealMinistry
from tests.live.outcomes import Counts, must

PRECISION, RECALL = 0.995, 0.8
ALL_RULES = "all rules"


def judged(ministry: RealMinistry) -> Counts:
    """Places are matched: what is accepted without a person is right, and little is left."""
    ministry.match()
    told, there = by_rule(ministry)
    for how, accepted, precision, recall in told.iter_rows():
        print(f"  {how}: {accepted} accepted, precision {precision:.4f}, recall {recall:.3f}")
    [(_, accepted, precision, recall)] = told.filter(how=ALL_RULES).rows()
    must(precision >= PRECISION, f"of {accepted} accepted {precision:.4f} are right")
    must(recall >= RECALL, f"of {there} places {recall:.3f} are accepted")
    rules = {f"by {how}": f"{count} ({precision:.4f})" for how, count, precision, _ in told.rows()}
    return {"places with an org unit": there, "accepted": accepted, **rules}


def by_rule(ministry: RealMinistry) -> tuple[pl.DataFrame, int]:
    """Return how, accepted, precision, recall, and the places that have an org unit."""
    rows, _ = read_matches(ministry.target)
    truth = pl.col("openimis_uuid").replace_strict(ministry.made.truth, return_dtype=pl.String)
    found = rows.with_columns(truth=truth).with_columns(
        is_right=pl.col("dhis2_uid").eq_missing(pl.col("truth"))
    )
    there = found["truth"].count()
    accepted = found.filter(pl.col("decision") == "accepted")
    rules = pl.concat([accepted, accepted.with_columns(how=pl.lit(ALL_RULES))])
    counted = rules.group_by("how", maintain_order=True).agg(
        accepted=pl.len(), right=pl.col("is_right").sum()
    )
    precision, recall = pl.col("right") / pl.col("accepted"), pl.col("right") / there
    return counted.select("how", "accepted", precision=precision, recall=recall), there
