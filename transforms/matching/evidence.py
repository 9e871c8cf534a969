"""What is known of each pair of a place and an org unit that it could be."""

import polars as pl

from transforms.matching.candidates import by_code, by_name
from transforms.matching.distances import kilometres_between
from transforms.matching.names import NAME_FORMS, ONE_TYPE_ONLY, OTHER_TYPE, similarity
from transforms.matching.places import FACILITY
from transforms.openimis.match_settings import MatchSettings

_POINT = ("longitude", "latitude")
_RULES = ("by_table", "by_code", "by_attribute")


def evidence_of(
    places: pl.DataFrame,
    units: pl.DataFrame,
    ancestors: pl.DataFrame,
    table: pl.DataFrame,
    settings: MatchSettings,
) -> pl.DataFrame:
    """Return a row for each pair that is plausible.

    Args:
        places: Of one kind: `transforms.matching.places.PLACES`, `NAME_FORMS`; `inside`, the org
            unit of the place above (null if that has none yet), and `around`, the next one above.
        units: `transforms.matching.org_unit_tree.ORG_UNITS`, `NAME_FORMS`; `is_at_level`. A row
            for each spelling of the name.
        ancestors: See `transforms.matching.org_unit_tree.ancestors_of`.
        table: key and uid, as a person named them.
        settings: What is similar, what is near.

    Returns:
        key, uid; by_table, by_code, by_attribute; score (0 to 100), km (null where a point is not
        known); tells_another (the names tell two types, or two marks); is_inside, is_at_level,
        is_closed, is_current.
    """
    rules = {
        "by_table": table,
        "by_code": by_code(places, units, "code"),
        "by_attribute": by_code(places, units, "attribute"),
        "by_name": _similar(places, units, ancestors, settings),
    }
    marked = [pairs.select("key", "uid", rule=pl.lit(rule)) for rule, pairs in rules.items()]
    pairs = (
        pl.concat(marked)
        .group_by("key", "uid", maintain_order=True)
        .agg(*(pl.col("rule").eq(rule).any().alias(rule) for rule in _RULES))
    )
    scored = _with_scores(pairs, places, units).join(
        ancestors.select("uid", inside="above", is_inside=pl.lit(value=True)),
        on=["uid", "inside"], how="left", maintain_order="left",
    )  # fmt: skip
    return scored.with_columns(pl.col("is_inside").fill_null(value=False)).filter(
        _is_plausible(settings)
    )


def _similar(
    places: pl.DataFrame, units: pl.DataFrame, ancestors: pl.DataFrame, settings: MatchSettings
) -> pl.DataFrame:
    """Return pairs by name: below the org unit above, and one higher for places without any."""
    below = units.filter("is_at_level").join(ancestors.select("uid", scope="above"), on="uid")
    within = by_name(places.with_columns(scope="inside").drop_nulls("scope"), below, settings)
    others = places.join(within, on="key", how="anti").with_columns(scope="around")
    return pl.concat([within, by_name(others.drop_nulls("scope"), below, settings)])


def _with_scores(pairs: pl.DataFrame, places: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Add what both sides say; of several spellings the most similar counts."""
    sides = pairs.join(
        places.select("key", "kind", "inside", "is_current", *NAME_FORMS, *_POINT), on="key"
    ).join(
        units.select("uid", "is_at_level", "closed_date", *NAME_FORMS, *_POINT),
        on="uid", suffix="_unit",
    )  # fmt: skip
    theirs = sides.select(pl.col(f"{name}_unit").alias(name) for name in NAME_FORMS)
    points = [f"{name}{side}" for side in ("", "_unit") for name in _POINT]
    kilometres = kilometres_between(*(sides[name].to_numpy() for name in points))
    return (
        sides.with_columns(
            score=similarity(sides.select(NAME_FORMS), theirs) - sides.select(_loss()).to_series(),
            km=pl.Series(kilometres, dtype=pl.Float64).fill_nan(None),
            tells_another=_tells_another(),
            is_closed=pl.col("closed_date").is_not_null(),
        )
        .sort("score", descending=True)
        .unique(["key", "uid"], keep="first", maintain_order=True)
        .select(
            "key",
            "uid",
            *_RULES,
            "score",
            "km",
            "tells_another",
            "inside",
            "is_at_level",
            "is_closed",
            "is_current",
        )
    )


def _loss() -> pl.Expr:
    """Return what a region, district, ward or village loses beside the name of a facility."""
    is_facility = (pl.col("type") == "") & (pl.col("type_unit") != "")
    lost = pl.when((pl.col("kind") != FACILITY) & is_facility)
    return lost.then(OTHER_TYPE - ONE_TYPE_ONLY).otherwise(0.0)


def _tells_another() -> pl.Expr:
    """Whether the names tell two types, or two marks: a hospital and its dispensary, I and II."""
    types = [pl.col("type"), pl.col("type_unit")]
    is_unnamed = (types[0] == "") | (types[1] == "")
    return (~is_unnamed & (types[0] != types[1])) | (pl.col("marks") != pl.col("marks_unit"))


def _is_plausible(settings: MatchSettings) -> pl.Expr:
    """The code of another part of the tree, under another name, is a chance: lists begin at 1."""
    has_code = pl.col("by_code") | pl.col("by_attribute")
    is_near = (pl.col("km") <= settings.near_km).fill_null(value=False)
    is_here = pl.col("is_inside") & pl.col("is_at_level")
    is_similar = pl.col("score") >= settings.propose_score
    return pl.col("by_table") | is_similar | (is_here & (has_code | is_near))
