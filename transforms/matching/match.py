"""Match openIMIS's places with the org units that DHIS2 has, one kind of place after another.

    region ─► district ─┬─► ward ─► village
                        └─► facility

A place is looked for below the org unit of the place above it. Where DHIS2 has no level for a kind
of place, its places pass the org unit above on to what lies below them. Where the place above has
no org unit yet, one higher is looked through, and a person decides.
"""

from dataclasses import dataclass, replace

import polars as pl

from transforms.matching.candidates import CANDIDATES
from transforms.matching.evidence import evidence_of
from transforms.matching.homes import HOMES, add_homes_above, explain, first_homes, settle
from transforms.matching.judgement import ACCEPTED, NONE, TO_DECIDE, judge
from transforms.matching.names import common_words, with_forms, with_rare_words
from transforms.matching.org_unit_tree import ancestors_of, subtree, with_paths
from transforms.matching.places import KINDS
from transforms.matching.tables.objections import (
    TABLE_UNKNOWN,
)
from transforms.openimis.match_settings import MatchSettings

MATCHES = pl.Schema(
    {
        "key": pl.String(),
        "kind": pl.String(),
        "uid": pl.String(),
        "how": pl.String(),
        "score": pl.Float64(),
        "km": pl.Float64(),
        "decision": pl.String(),
        "note": pl.String(),
        "candidates": pl.String(),
        "home": pl.String(),
    }
)
DECISIONS = pl.Schema({"key": pl.String(), "uid": pl.String(), "decision": pl.String()})


@dataclass(frozen=True)
class _Tree:
    """DHIS2's side.

    Attributes:
        units: The root and what lies below it, with paths.
        spellings: The same, a row for each spelling of a name, with its forms.
        ancestors: See `ancestors_of`.
    """

    units: pl.DataFrame
    spellings: pl.DataFrame
    ancestors: pl.DataFrame


@dataclass(frozen=True)
class _Prior:
    """What is said already.

    Attributes:
        table: key and uid, by a person.
        decisions: `DECISIONS`, and what was accepted since.
        current: key of the places that openIMIS has not deleted.
        settings: Levels, words and limits.
    """

    table: pl.DataFrame
    decisions: pl.DataFrame
    current: pl.DataFrame
    settings: MatchSettings


def match(
    places: pl.DataFrame,
    units: pl.DataFrame,
    root: str,
    settings: MatchSettings,
    *,
    table: pl.DataFrame | None = None,
    decisions: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return a row for each place, in the order of `places`.

    Args:
        places: `transforms.matching.places.PLACES`.
        units: `transforms.matching.org_unit_tree.ORG_UNITS`: DHIS2's whole tree.
        root: UID of the org unit that stands for openIMIS's country; what lies above or beside it
            is no candidate.
        settings: Levels, words and limits.
        table: key and uid, as a person's own table has them.
        decisions: `DECISIONS` that stay as they are; they guide what is looked for below.

    Returns:
        `MATCHES`: the proposed org unit, null if there is none; by which rule (null of decisions);
        how similar the names are (0 to 100); kilometres between, null where a point is not known;
        `accepted`, `to decide` or `none`; what stands against it
        (`transforms.matching.tables.objections`); other candidates, for people; and the nearest
        org unit that stands for the place or what lies above it: at least the root.
    """
    prior = _Prior(
        CANDIDATES.to_frame() if table is None else table,
        DECISIONS.to_frame() if decisions is None else decisions.cast(DECISIONS),
        places.filter("is_current").select("key"),
        settings,
    )
    named, tree = _sides(places, units, root, settings)
    accepted = MATCHES.to_frame()
    while True:
        matches = _match_all(named, tree, root, prior)
        new = matches.filter(decision=ACCEPTED).join(prior.decisions, on="key", how="anti")
        if new.is_empty():
            break
        accepted = pl.concat([accepted, new])
        prior = replace(
            prior, decisions=pl.concat([prior.decisions, new.select(DECISIONS.names())])
        )
    matches = pl.concat([accepted, matches.join(accepted, on="key", how="anti")])
    return places.select("key").join(matches, on="key", how="left", maintain_order="left")


def _match_all(named: pl.DataFrame, tree: _Tree, root: str, prior: _Prior) -> pl.DataFrame:
    """Return `MATCHES` of all places that are not decided yet, and of those that are.

    A place that has its org unit is no rival for others. So this is done until nothing more is
    accepted: else the next run would accept it.
    """
    homes = first_homes(root)
    matches = MATCHES.to_frame()
    for kind in KINDS:
        rows = add_homes_above(named.filter(kind=kind), homes)
        judged = _match_kind(kind, rows, tree, prior, matches)
        matches = pl.concat([matches, judged.select(MATCHES.names())])
        homes = pl.concat([homes, judged.select(HOMES.names())])
    return matches


def _sides(
    places: pl.DataFrame, units: pl.DataFrame, root: str, settings: MatchSettings
) -> tuple[pl.DataFrame, _Tree]:
    """Return both sides with the forms of their names; the short name is a second spelling."""
    below = subtree(with_paths(units), root)
    short = below.filter(pl.col("short_name") != pl.col("name")).with_columns(name="short_name")
    sides = [with_forms(rows, settings) for rows in (places, pl.concat([below, short]))]
    common = common_words(*sides)
    named, spellings = (with_rare_words(rows, common) for rows in sides)
    return named, _Tree(below, spellings, ancestors_of(units))


def _match_kind(
    kind: str, places: pl.DataFrame, tree: _Tree, prior: _Prior, matches: pl.DataFrame
) -> pl.DataFrame:
    """Return `MATCHES` of the places of one kind, and `HOMES`, which those below them need."""
    levels = prior.settings.levels_of(kind)
    decided = places.select("key").join(prior.decisions, on="key")
    rest = places.join(decided, on="key", how="anti")
    judged = _judge(rest, tree, prior, _org_units_in_use(matches, prior), levels)
    noted = _with_lost(judged, rest, tree, prior)
    kept = decided.with_columns(is_decided=pl.lit(value=True))
    rows = places.select("key", "kind", "home", "above", "is_settled").join(
        pl.concat([noted, kept], how="diagonal"), on="key", how="left", maintain_order="left"
    )
    return settle(explain(rows, has_level=bool(levels)), tree.units, has_level=bool(levels))


def _org_units_in_use(matches: pl.DataFrame, prior: _Prior) -> pl.Series:
    """Return the org units that places have by now; a deleted one leaves it to its successor."""
    accepted = matches.filter(decision=ACCEPTED).select("key", "uid")
    both = pl.concat([accepted, prior.decisions.select("key", "uid")])
    return both.join(prior.current, on="key", how="semi")["uid"].drop_nulls()


def _judge(
    places: pl.DataFrame, tree: _Tree, prior: _Prior, taken: pl.Series, levels: list[int]
) -> pl.DataFrame:
    units = tree.spellings.with_columns(is_at_level=pl.col("level").is_in(levels))
    units = units if levels else units.join(prior.table, on="uid", how="semi")
    table = prior.table.join(units, on="uid", how="semi").join(places, on="key", how="semi")
    evidence = evidence_of(places, units, tree.ancestors, table, prior.settings)
    evidence = evidence.with_columns(is_taken=pl.col("uid").is_in(taken.implode()))
    if not levels:
        evidence = evidence.filter("by_table")
    return judge(evidence, tree.units, prior.settings)


def _with_lost(
    judged: pl.DataFrame, places: pl.DataFrame, tree: _Tree, prior: _Prior
) -> pl.DataFrame:
    """Leave to a person the places for which the table names what DHIS2 does not have."""
    lost = prior.table.join(tree.units, on="uid", how="anti").join(places, on="key", how="semi")
    noted = judged.join(
        lost.select("key", is_lost=pl.lit(value=True)), on="key", how="full", coalesce=True
    )
    is_open = pl.when("is_lost").then(
        pl.when(pl.col("uid").is_null()).then(pl.lit(NONE)).otherwise(pl.lit(TO_DECIDE))
    )
    return noted.with_columns(
        decision=pl.coalesce(is_open, "decision"),
        note=pl.when("is_lost").then(pl.lit(TABLE_UNKNOWN)).otherwise("note"),
    ).drop("is_lost")
