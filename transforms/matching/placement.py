"""Where what lies at a place of openIMIS goes in DHIS2's own tree: by decisions, or by its kind.

    place ─┬─ accepted ────────────────────► its org unit
           ├─ to decide ───────────────────► held back
           └─ none, or no level in DHIS2 ─┬► hold_back   held back
              (`match.unmatched`)         ├► above       where the place above goes
                                          ├► district    where its district goes (or another kind)
                                          └► create      an org unit that we make (facilities)

What goes where the place above goes is held back where that is. So nothing moves twice because a
district is decided later than its villages.
"""

import polars as pl

from transforms.core.uids import uid_of_uuid
from transforms.matching.judgement import ACCEPTED, NONE
from transforms.matching.places import KINDS
from transforms.openimis.match_settings import ABOVE, CREATE, HOLD_BACK, MatchSettings

TO_DECIDE, WITHOUT_ORG_UNIT = "place_to_decide", "place_without_org_unit"
HELD_BACK = (TO_DECIDE, WITHOUT_ORG_UNIT)
"""Why nothing can lie at a place: reason codes."""
PLACEMENT = pl.Schema(
    {
        "place": pl.String(),
        "key": pl.String(),
        "org_unit": pl.String(),
        "is_own": pl.Boolean(),
        "parent": pl.String(),
        "reason": pl.String(),
        "is_own_reason": pl.Boolean(),
        "text": pl.String(),
    }
)
"""UID that the place would have as an org unit of ours, and its UUID; the org unit to which it
goes, or null; whether that is its own; its parent if we make it, else null; why nothing can lie
there, or null; whether that is because of the place itself; its code and name."""

_ROOT = ""


def placement_of(
    places: pl.DataFrame, decided: pl.DataFrame, settings: MatchSettings, root: str
) -> pl.DataFrame:
    """Return where each place goes: `PLACEMENT`.

    Args:
        places: `transforms.matching.places.PLACES`.
        decided: Rows of the file of matches; see `transforms.matching.decisions.with_authors`.
        settings: What becomes of places that no org unit stands for.
        root: UID of the org unit that stands for the country.
    """
    rows = _with_lines(places).join(_decisions(decided), on="key", how="left")
    found = pl.DataFrame({"key": [_ROOT], "org_unit": [root]}).with_columns(
        pl.lit(None, pl.String).alias("reason")
    )
    placed = [PLACEMENT.to_frame()]
    for kind in KINDS:
        of_kind = _place(rows.filter(kind=kind), found, settings, kind)
        found = pl.concat([found, of_kind.select("key", "org_unit", "reason")])
        placed.append(of_kind.select(PLACEMENT.names()))
    return pl.concat(placed)


def with_own_org_units(places: pl.LazyFrame, placement: pl.DataFrame) -> pl.LazyFrame:
    """Return places (see `transforms.openimis.places`) with `uid` of their own org unit, or null.

    Of several places with one org unit none has it alone.
    """
    own = placement.lazy().filter("is_own").filter(pl.len().over("org_unit") == 1)
    return (
        places.join(own.select(uid="place", own="org_unit"), on="uid", how="left")
        .with_columns(uid="own")
        .drop("own")
    )


def _decisions(decided: pl.DataFrame) -> pl.DataFrame:
    """Return key, uid (of what is accepted), is_none, and whether somebody has said so."""
    is_somebodys = pl.col("who").is_not_null()
    is_accepted = (pl.col("decision") == ACCEPTED) & is_somebodys
    return decided.select(
        key="openimis_uuid",
        uid=pl.when(is_accepted).then("dhis2_uid"),
        is_none=pl.col("decision") == NONE,
        is_somebodys=is_somebodys,
    )


def _with_lines(places: pl.DataFrame) -> pl.DataFrame:
    """Add the keys of the places above, `at_<kind>`, where there is one of that kind."""
    lines = pl.DataFrame(schema={"parent_key": pl.String} | dict.fromkeys(_columns(), pl.String))
    rows = []
    for kind in KINDS:
        of_kind = places.filter(kind=kind).join(
            lines, on="parent_key", how="left", maintain_order="left"
        )
        own = of_kind.with_columns(pl.col("key").alias(f"at_{kind}"))
        lines = pl.concat([lines, own.select("key", *_columns()).rename({"key": "parent_key"})])
        rows.append(of_kind)
    return pl.concat(rows).with_columns(pl.col("parent_key").fill_null(_ROOT))


def _columns() -> list[str]:
    return [f"at_{kind}" for kind in KINDS]


def _place(
    places: pl.DataFrame, found: pl.DataFrame, settings: MatchSettings, kind: str
) -> pl.DataFrame:
    """Return `PLACEMENT` of the places of one kind; those above are placed already."""
    goes = settings.unmatched_of(kind)
    named = pl.col("parent_key") if goes in (HOLD_BACK, ABOVE, CREATE) else pl.col(f"at_{goes}")
    above = found.select(above="key", org_unit_above="org_unit", reason_above="reason")
    is_made = pl.lit(goes == CREATE) & pl.col("is_somebodys").fill_null(value=False)
    return (
        places.with_columns(above=pl.coalesce(named, "parent_key"))
        .join(above, on="above", how="left", maintain_order="left")
        .with_columns(
            place=uid_of_uuid(pl.col("key")),
            is_accepted=pl.col("uid").is_not_null(),
            own_reason=_own_reason(goes, has_level=bool(settings.levels_of(kind))),
            text=pl.concat_str("code", "name", separator=" ", ignore_nulls=True),
        )
        .with_columns(
            reason=pl.when(~pl.col("is_accepted")).then(pl.coalesce("own_reason", "reason_above"))
        )
        .with_columns(
            is_made=is_made & ~pl.col("is_accepted") & pl.col("reason").is_null(),
            is_own_reason=pl.col("reason").is_not_null() & pl.col("own_reason").is_not_null(),
        )
        .with_columns(
            is_own=pl.col("is_accepted") | pl.col("is_made"),
            parent=pl.when("is_made").then(
                pl.coalesce(pl.lit(settings.created_below, pl.String), "org_unit_above")
            ),
            org_unit=pl.when("is_accepted")
            .then("uid")
            .when(pl.col("reason").is_not_null())
            .then(None)
            .when("is_made")
            .then("place")
            .otherwise("org_unit_above"),
        )
    )


def _own_reason(goes: str, *, has_level: bool) -> pl.Expr:
    """Return why nothing can lie at a place that has no org unit, because of the place itself."""
    is_none = pl.col("is_none").fill_null(value=not has_level)
    if goes == CREATE:  # in another's tree, only if a person has said that there is none
        is_none &= pl.col("is_somebodys").fill_null(value=False)
    held_back = pl.lit(WITHOUT_ORG_UNIT if goes == HOLD_BACK else None, pl.String)
    return pl.when(is_none).then(held_back).otherwise(pl.lit(TO_DECIDE))
