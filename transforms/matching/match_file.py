"""The rows of the file of matches: decisions as they are, proposals as they are now."""

import polars as pl

from transforms.matching.decisions import (
    BY_RULE,
    FILE_COLUMNS,
    NO,
    YES,
    Author,
    is_decision,
    with_written,
    written_text,
)
from transforms.matching.judgement import ACCEPTED, NONE, TO_DECIDE
from transforms.matching.org_unit_tree import parents_of, with_paths
from transforms.matching.places import KINDS
from transforms.matching.tables.objections import (
    CLOSED,
    MOVED,
    NO_LEVEL,
    NOT_IN_DHIS2,
    PLACE_GONE,
    RENAMED,
    SHARED,
)

_ORDER = (TO_DECIDE, NONE, ACCEPTED)


def file_of(
    places: pl.DataFrame,
    units: pl.DataFrame,
    matches: pl.DataFrame,
    before: pl.DataFrame,
    author: Author,
) -> pl.DataFrame:
    """Return the rows of the file: what is open first.

    Args:
        places: `transforms.matching.places.PLACES`.
        units: `transforms.matching.org_unit_tree.ORG_UNITS`, of the root and what lies below it.
        matches: `transforms.matching.match.MATCHES`, made with the decisions of `before`.
        before: The file as it is; see `transforms.matching.decisions.with_authors`.
        author: When this is.

    Returns:
        `FILE_COLUMNS`. A place that openIMIS does not have any more stays, with a note, if a
        decision was made of it.
    """
    now = _with_names(_proposals(places, matches, author), units)
    decided = before.filter(is_decision())
    kept = _with_names(_decisions_of_today(now, decided), units).with_columns(note=_drift(units))
    rest = now.join(decided, on="openimis_uuid", how="anti")
    rows = [each.with_columns(written_text()).select(FILE_COLUMNS) for each in (rest, kept)]
    return _in_order(pl.concat(rows))


def _proposals(places: pl.DataFrame, matches: pl.DataFrame, author: Author) -> pl.DataFrame:
    is_accepted = pl.col("decision") == ACCEPTED
    return places.join(matches.drop("kind", "home"), on="key", how="left").select(
        "decision",
        "kind",
        "how",
        "candidates",
        openimis_code="code",
        openimis_name="name",
        openimis_path="path",
        dhis2_uid="uid",
        score=_number("score", 0),
        km=_number("km", 1),
        note=_non_empty("note"),
        who=pl.when(is_accepted).then(pl.lit(BY_RULE)),
        when=pl.when(is_accepted).then(pl.lit(author.when)),
        in_openimis=pl.when("is_current").then(pl.lit(YES)).otherwise(pl.lit(NO)),
        openimis_uuid="key",
    ).with_columns(_non_empty("candidates"))  # fmt: skip


def _decisions_of_today(now: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Return decisions with what openIMIS says of their places now; see `_drift` for DHIS2."""
    of_openimis = ("kind", "openimis_code", "openimis_name", "openimis_path", "in_openimis")
    present = now.select("openimis_uuid", *of_openimis, is_there=pl.lit(value=True))
    joined = decided.join(present, on="openimis_uuid", how="left", suffix="_now")
    return with_written(joined).with_columns(
        *(pl.coalesce(f"{name}_now", name).alias(name) for name in of_openimis),
        name_before="dhis2_name",
        is_gone=pl.col("is_there").is_null(),
    )


def _with_names(rows: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    named = (
        with_paths(units)
        .join(parents_of(units), on="uid", how="left")
        .select("parent", dhis2_uid="uid", dhis2_name="name", dhis2_path="path")
    )
    without = rows.drop("dhis2_name", "dhis2_path", strict=False)
    return without.join(named, on="dhis2_uid", how="left", maintain_order="left")


def _drift(units: pl.DataFrame) -> pl.Expr:
    """Return what happened to the org unit of a decision, on either side, as a note."""
    closed = units.filter(pl.col("closed_date").is_not_null())["uid"]
    is_accepted = pl.col("decision") == ACCEPTED
    is_there = pl.col("dhis2_name").is_not_null()
    is_same = is_there & (pl.col("dhis2_uid") == pl.col("uid_before"))
    shares = pl.len().over("dhis2_uid", "in_openimis") > 1
    is_current = pl.col("in_openimis") == YES
    notes = {
        PLACE_GONE: pl.col("is_gone"),
        NOT_IN_DHIS2: is_accepted & ~is_there,
        CLOSED: is_accepted & is_current & pl.col("dhis2_uid").is_in(closed.implode()),
        RENAMED: is_same & (pl.col("dhis2_name") != pl.col("name_before")),
        MOVED: is_same & (pl.col("parent") != pl.col("parent_before")),
        SHARED: is_accepted & is_current & shares,
    }
    named = [pl.when(condition).then(pl.lit(name)) for name, condition in notes.items()]
    note = pl.concat_str(named, separator=" ", ignore_nulls=True)
    return pl.when(note != "").then(note)


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Put first what a person has to decide, and last what no level of DHIS2 holds."""
    ranks = {decision: rank for rank, decision in enumerate(_ORDER)}
    kinds = {kind: rank for rank, kind in enumerate(KINDS)}
    return (
        rows.with_columns(
            last=pl.col("note").eq_missing(NO_LEVEL),
            rank=pl.col("decision").replace_strict(ranks, default=0, return_dtype=pl.Int8),
            kind_rank=pl.col("kind").replace_strict(kinds, default=0, return_dtype=pl.Int8),
        )
        .sort("last", "rank", "in_openimis", "kind_rank", "openimis_path", "openimis_uuid",
              descending=[False, False, True, False, False, False], nulls_last=True)
        .select(FILE_COLUMNS)
    )  # fmt: skip


def news_in(rows: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that say something else than before, a person's own changes left out.

    Args:
        rows: The file as it is now.
        before: As it was, with the changes of persons; see
            `transforms.matching.decisions.with_authors`.
    """
    columns = ("decision", "dhis2_uid", "note")
    has_note = {"note": pl.col("note").is_not_null()}
    there = before.select(
        "openimis_uuid", *(pl.col(name).alias(f"{name}_before") for name in columns)
    )
    compared = rows.join(there, on="openimis_uuid", how="left", maintain_order="left")
    differs = [
        pl.col(name).ne_missing(pl.col(f"{name}_before")) & has_note.get(name, pl.lit(value=True))
        for name in columns
    ]
    return compared.filter(pl.any_horizontal(differs)).select(FILE_COLUMNS)


def drift_of(rows: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Return what happened to org units since places were decided to be them.

    Args:
        rows: The file as it is; see `transforms.matching.decisions.with_authors`.
        units: `transforms.matching.org_unit_tree.ORG_UNITS`, at least of what is accepted.

    Returns:
        dhis2_uid, in_openimis, when, note (what happened, with spaces between; never null).
    """
    accepted = rows.filter(is_decision(), pl.col("decision") == ACCEPTED)
    before = with_written(accepted).with_columns(
        name_before="dhis2_name", is_gone=pl.lit(value=False)
    )
    noted = _with_names(before, units).with_columns(note=_drift(units))
    return noted.drop_nulls("note").select("dhis2_uid", "in_openimis", "when", "note")


def _number(name: str, decimals: int) -> pl.Expr:
    rounded = pl.col(name).round(decimals)
    return (rounded if decimals else rounded.cast(pl.Int64)).cast(pl.String)


def _non_empty(name: str) -> pl.Expr:
    return pl.when(pl.col(name) != "").then(name).alias(name)
