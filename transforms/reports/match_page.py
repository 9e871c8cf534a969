"""The page of a matching: what is decided, what is open, what is new, what is there twice."""

from collections.abc import Iterator, Sequence

import polars as pl

from transforms.core.markdown import code, table
from transforms.matching.decisions import BY_RULE
from transforms.matching.doubles import doubles_in_dhis2, doubles_in_openimis
from transforms.matching.judgement import ACCEPTED, NONE, TO_DECIDE
from transforms.matching.places import KINDS
from transforms.matching.tables.objections import NO_LEVEL, OBJECTIONS
from transforms.openimis.country import Country
from transforms.reports.tables.page_texts import MATCHING

MOST_ROWS = 50
"""Of a list; the file has them all."""
_TITLES = ("kind", "openIMIS", "DHIS2", "how", "score", "what stands against it")


def match_page(
    rows: pl.DataFrame,
    news: pl.DataFrame,
    places: pl.DataFrame,
    units: pl.DataFrame,
    country: Country,
) -> str:
    """Return the page, as Markdown.

    Args:
        rows: The file of matches: `transforms.matching.decisions.FILE_COLUMNS`.
        news: Those of them that say something else than before.
        places: `transforms.matching.places.PLACES`.
        units: `transforms.matching.org_unit_tree.ORG_UNITS`.
        country: Names the root and the levels.
    """
    parts = (
        [MATCHING],
        _counts(rows, news),
        _rules(rows),
        _list("To decide", rows.filter(decision=TO_DECIDE), news),
        _list("Without org unit", rows.filter(_is_unmatched()), news),
        _list("Decisions to look at", rows.filter(_is_odd()), news),
        _doubles("Twice in openIMIS", doubles_in_openimis(places, country.match)),
        _doubles("Twice in DHIS2", doubles_in_dhis2(units, country.root.uid, country.match)),
        _unmatched_units(rows, units, country),
        _legend(rows),
    )
    return "\n".join(line for part in parts for line in part)


def _is_unmatched() -> pl.Expr:
    return (pl.col("decision") == NONE) & pl.col("note").ne_missing(NO_LEVEL)


def _is_odd() -> pl.Expr:
    return (pl.col("decision") == ACCEPTED) & pl.col("note").is_not_null()


def _counts(rows: pl.DataFrame, news: pl.DataFrame) -> Iterator[str]:
    counted = {
        "places": rows,
        "accepted": rows.filter(decision=ACCEPTED),
        "of these by a person": rows.filter(
            pl.col("decision") == ACCEPTED, pl.col("who").ne_missing(BY_RULE)
        ),
        "to decide": rows.filter(decision=TO_DECIDE),
        "without org unit": rows.filter(_is_unmatched()),
        "of no level of DHIS2": rows.filter(note=NO_LEVEL),
        "new or changed": news,
    }
    lines = [
        [kind, *(str(part.filter(kind=kind).height) for part in counted.values())] for kind in KINDS
    ]
    yield from table(["kind", *counted], lines)


def _rules(rows: pl.DataFrame) -> Iterator[str]:
    by_rule = (
        rows.filter(pl.col("how").is_not_null())
        .group_by("how", "decision")
        .len()
        .pivot("decision", index="how", values="len")
        .sort("how")
    )
    decisions = [name for name in (ACCEPTED, TO_DECIDE, NONE) if name in by_rule.columns]
    yield from ("## By rule", "")
    yield from table(
        ["rule", *decisions],
        [[row["how"], *(str(row[name] or 0) for name in decisions)] for row in by_rule.to_dicts()],
    )


def _list(title: str, rows: pl.DataFrame, news: pl.DataFrame) -> Iterator[str]:
    """Return the rows of a list, the new ones first."""
    is_new = pl.col("openimis_uuid").is_in(news["openimis_uuid"].implode())
    new = rows.filter(is_new).height
    yield from (f"## {title}: {rows.height}, of which {new} new or changed", "")
    shown = rows.sort(is_new, descending=True, maintain_order=True).head(MOST_ROWS)
    if shown.height:
        yield from table(_TITLES, [_row(row) for row in shown.to_dicts()])
    yield from _more(rows.height)


def _row(row: dict[str, str | None]) -> Sequence[str]:
    unit = f"{row['dhis2_path'] or ''} {code(row['dhis2_uid'] or '')}"
    place = f"{row['openimis_path'] or ''} {code(row['openimis_code'] or '')}"
    return [row["kind"] or "", place, unit, row["how"] or "", row["score"] or "", row["note"] or ""]


def _doubles(title: str, rows: pl.DataFrame) -> Iterator[str]:
    yield from (f"## {title}: {rows.height}", "")
    shown = rows.head(MOST_ROWS).rows()
    if shown:
        yield from table([*rows.columns], [[text or "" for text in row] for row in shown])
    yield from _more(rows.height)


def _unmatched_units(rows: pl.DataFrame, units: pl.DataFrame, country: Country) -> Iterator[str]:
    levels = {level for each in country.match.levels.values() for level in each}
    used = rows.filter(decision=ACCEPTED)["dhis2_uid"].drop_nulls()
    is_below = pl.col("uid_path").str.contains(f"/{country.root.uid}/", literal=True)
    at_level = units.filter(is_below, pl.col("level").is_in(levels))
    unused = at_level.filter(~pl.col("uid").is_in(used.implode()))
    yield (
        f"Org units of DHIS2 on these levels: {at_level.height}; of {unused.height} no place of "
        f"openIMIS is accepted."
    )
    yield ""


def _more(count: int) -> Iterator[str]:
    if count > MOST_ROWS:
        yield from (f"And {count - MOST_ROWS} more: the file has them all.", "")


def _legend(rows: pl.DataFrame) -> Iterator[str]:
    found = rows["note"].drop_nulls().str.split(" ").explode().unique()
    lines = [[code(name), text] for name, text in OBJECTIONS.items() if name in found]
    if lines:
        yield from ("## What the notes say", "")
        yield from table(["note", "meaning"], lines)
