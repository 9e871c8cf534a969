"""Which org unit a place is, if no person has to say: what stands against each candidate."""

import polars as pl

from transforms.matching.tables.objections import CLOSED, SHARED
from transforms.openimis.match_settings import MatchSettings

ACCEPTED, TO_DECIDE, NONE = "accepted", "to decide", "none"
LEAST_WITH_CODE = 55.0
"""Of a pair with the same code, the names are at least so similar, or the code is a slip."""
MOST_CANDIDATES = 5
CANDIDATE_SEPARATOR = "; "

_HAS_CODE = pl.col("by_code") | pl.col("by_attribute")


def judge(evidence: pl.DataFrame, units: pl.DataFrame, settings: MatchSettings) -> pl.DataFrame:
    """Return a row for each place that has a candidate.

    Args:
        evidence: See `transforms.matching.evidence.evidence_of`; and `is_taken`: the org unit is
            that of another place, of another kind or by a person's decision.
        units: uid and path, for the list of candidates.
        settings: What is similar, what is near.

    Returns:
        key, uid, how, score, km, decision (`ACCEPTED` or `TO_DECIDE`), note (what stands against
        it, with spaces between), candidates (others than `uid`, for people).
    """
    compared = _compare_pairs(evidence, settings)
    objections = _objections(settings)
    stands_against = pl.any_horizontal(*objections.values())
    noted = compared.with_columns(
        is_accepted=pl.col("by_table") | ~stands_against, how=_how(settings)
    ).with_columns(note=_note(objections))
    return _first_of_each(_without_shared(noted), units)


def _compare_pairs(evidence: pl.DataFrame, settings: MatchSettings) -> pl.DataFrame:
    """Add how each pair stands beside others of its place, and of its org unit."""
    is_similar = pl.col("score") >= settings.propose_score
    is_near = (pl.col("km") <= settings.near_km).fill_null(value=False) & is_similar
    # What has no point may lie here too: it is a rival as one that is known to be near.
    may_be_near = (pl.col("km") <= settings.near_km).fill_null(value=True) & is_similar
    codes_here = (_HAS_CODE & pl.col("is_inside")).sum().over("key")
    is_of_code = _HAS_CODE & (pl.col("is_inside") | (codes_here == 0))
    return (
        evidence.with_columns(is_near=is_near, may_be_near=may_be_near, is_of_code=is_of_code)
        .with_columns(
            other_unit=_best_other("key"),
            other_place=_best_other("uid", "is_current"),
            codes_of_place=pl.col("is_of_code").sum().over("key"),
            codes_of_unit=pl.col("is_of_code").sum().over("uid", "is_current"),
            near_units=pl.col("may_be_near").sum().over("key"),
            near_places=pl.col("may_be_near").sum().over("uid", "is_current"),
        )
        .with_columns(
            is_only_near=pl.col("is_near") & (pl.max_horizontal("near_units", "near_places") == 1)
        )
    )


def _best_other(*group: str) -> pl.Expr:
    """Return the highest score among the other rows of a group; 0 if there is none."""
    rank = pl.col("score").rank("ordinal", descending=True).over(group)
    second = pl.col("score").filter(rank == 2).max().over(group)
    best = pl.col("score").max().over(group)
    return pl.when(rank == 1).then(second).otherwise(best).fill_null(0.0)


def _objections(settings: MatchSettings) -> dict[str, pl.Expr]:
    """Return what stands against a pair; a name alone has to say more than a code beside it."""
    has_code = pl.col("is_of_code")
    is_alike = pl.col("score") >= settings.accept_score
    by_name = ~has_code & ~pl.col("is_only_near")
    rival = pl.max_horizontal("other_unit", "other_place")
    codes = pl.max_horizontal("codes_of_place", "codes_of_unit")
    return {
        "not_similar": by_name & ~is_alike,
        "other_kind": ~has_code & pl.col("is_only_near") & pl.col("tells_another"),
        "second_candidate": by_name & (pl.col("score") - rival < settings.margin),
        "name_differs": has_code & (pl.col("score") < LEAST_WITH_CODE),
        "code_double": has_code & (codes > 1),
        "other_code": ~has_code & (codes > 0),
        "outside": ~pl.col("is_inside") & ~(has_code & is_alike),
        "other_level": ~pl.col("is_at_level") & ~(has_code & is_alike),
        "far": ~has_code & (pl.col("km") > settings.far_km).fill_null(value=False),
        CLOSED: pl.col("is_closed") & pl.col("is_current"),
        "taken": pl.col("is_taken"),
    }


def _note(objections: dict[str, pl.Expr]) -> pl.Expr:
    """Return what stands against a pair; of an accepted one, what is odd about it all the same."""
    odd = {"outside": ~pl.col("is_inside"), "other_level": ~pl.col("is_at_level")}
    return pl.when("is_accepted").then(_names(odd)).otherwise(_names(objections))


def _names(conditions: dict[str, pl.Expr]) -> pl.Expr:
    named = [pl.when(condition).then(pl.lit(name)) for name, condition in conditions.items()]
    return pl.concat_str(named, separator=" ", ignore_nulls=True)


def _how(settings: MatchSettings) -> pl.Expr:
    is_similar = pl.col("score") >= settings.propose_score
    return (
        pl.when("by_table")
        .then(pl.lit("table"))
        .when("by_code")
        .then(pl.lit("code"))
        .when("by_attribute")
        .then(pl.lit("attribute"))
        .when(pl.col("is_near") & pl.col("is_only_near"))
        .then(pl.lit("name and distance"))
        .when(pl.col("score") == 100)
        .then(pl.lit("same name"))
        .when(is_similar)
        .then(pl.lit("similar name"))
        .otherwise(pl.lit("distance"))
    )


def _without_shared(pairs: pl.DataFrame) -> pl.DataFrame:
    """Leave to a person what two places would share; a person's own table may have them share."""
    sharing = (pl.col("is_accepted").sum() > 1).over("uid", "is_current")
    is_shared = pl.col("is_accepted") & sharing & ~pl.col("by_table")
    return pairs.with_columns(
        note=pl.when(is_shared).then(pl.lit(SHARED)).otherwise("note"),
        is_accepted=pl.col("is_accepted") & ~is_shared,
    )


def _first_of_each(pairs: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Return the best pair of each place, with the others beside it."""
    in_order = pairs.with_columns(has_code=_HAS_CODE).sort(
        "key", "is_accepted", "by_table", "has_code", "is_inside", "score", "uid",
        descending=[False, True, True, True, True, True, False],
    )  # fmt: skip
    shown = in_order.join(units.select("uid", "path"), on="uid", how="left").with_columns(
        shown=pl.format("{} {} ({})", "uid", "path", pl.col("score").round().cast(pl.Int64))
    )
    return shown.group_by("key", maintain_order=True).agg(
        pl.col("uid", "how", "score", "km", "note", "is_accepted").first(),
        candidates=pl.col("shown").slice(1, MOST_CANDIDATES - 1).str.join(CANDIDATE_SEPARATOR),
    ).with_columns(
        decision=pl.when("is_accepted").then(pl.lit(ACCEPTED)).otherwise(pl.lit(TO_DECIDE)),
    ).drop("is_accepted")  # fmt: skip
