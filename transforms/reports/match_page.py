"""The page of a matching: what is decided, what is open, what is new, what is there twice."""

from collections.abc import Iterator, Sequence

import polars as pl

from transforms.core.language import ENGLISH, Language, message
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
_TITLES = (
    message("kind"),
    message("openIMIS"),
    message("DHIS2"),
    message("how"),
    message("score"),
    message("what stands against it"),
)
_TO_DECIDE = message("## To decide: {count}, of which {new} new or changed")
_WITHOUT = message("## Without org unit: {count}, of which {new} new or changed")
_TO_LOOK_AT = message("## Decisions to look at: {count}, of which {new} new or changed")
_OF_OPENIMIS = message("## Twice in openIMIS: {count}")
_OF_DHIS2 = message("## Twice in DHIS2: {count}")


def match_page(
    rows: pl.DataFrame,
    news: pl.DataFrame,
    places: pl.DataFrame,
    units: pl.DataFrame,
    country: Country,
    language: Language = ENGLISH,
) -> str:
    """Return the page, as Markdown.

    Args:
        rows: The file of matches: `transforms.matching.decisions.FILE_COLUMNS`.
        news: Those of them that say something else than before.
        places: `transforms.matching.places.PLACES`.
        units: `transforms.matching.org_unit_tree.ORG_UNITS`.
        country: Names the root and the levels.
        language: In which people read it.
    """
    in_dhis2 = doubles_in_dhis2(units, country.root.uid, country.match)
    parts = (
        [language.of(MATCHING)],
        _counts(rows, news, language),
        _rules(rows, language),
        _list(_TO_DECIDE, rows.filter(decision=TO_DECIDE), news, language),
        _list(_WITHOUT, rows.filter(_is_unmatched()), news, language),
        _list(_TO_LOOK_AT, rows.filter(_is_odd()), news, language),
        _doubles(_OF_OPENIMIS, doubles_in_openimis(places, country.match), language),
        _doubles(_OF_DHIS2, in_dhis2, language),
        _unmatched_units(rows, units, country, language),
        _legend(rows, language),
    )
    return "\n".join(line for part in parts for line in part)


def _is_unmatched() -> pl.Expr:
    return (pl.col("decision") == NONE) & pl.col("note").ne_missing(NO_LEVEL)


def _is_odd() -> pl.Expr:
    return (pl.col("decision") == ACCEPTED) & pl.col("note").is_not_null()


def _counts(rows: pl.DataFrame, news: pl.DataFrame, language: Language) -> Iterator[str]:
    counted = {
        message("places"): rows,
        message("accepted"): rows.filter(decision=ACCEPTED),
        message("of these by a person"): rows.filter(
            pl.col("decision") == ACCEPTED, pl.col("who").ne_missing(BY_RULE)
        ),
        message("to decide"): rows.filter(decision=TO_DECIDE),
        message("without org unit"): rows.filter(_is_unmatched()),
        message("of no level of DHIS2"): rows.filter(note=NO_LEVEL),
        message("new or changed"): news,
    }
    lines = [
        [language.of(kind), *(str(part.filter(kind=kind).height) for part in counted.values())]
        for kind in KINDS
    ]
    yield from table([language.text("kind"), *map(language.of, counted)], lines)


def _rules(rows: pl.DataFrame, language: Language) -> Iterator[str]:
    by_rule = (
        rows.filter(pl.col("how").is_not_null())
        .group_by("how", "decision")
        .len()
        .pivot("decision", index="how", values="len")
        .sort("how")
    )
    decisions = [name for name in (ACCEPTED, TO_DECIDE, NONE) if name in by_rule.columns]
    yield from (language.text("## By rule"), "")
    yield from table(
        [language.text("rule"), *decisions],
        [[row["how"], *(str(row[name] or 0) for name in decisions)] for row in by_rule.to_dicts()],
    )


def _list(title: str, rows: pl.DataFrame, news: pl.DataFrame, language: Language) -> Iterator[str]:
    """Return the rows of a list, the new ones first."""
    is_new = pl.col("openimis_uuid").is_in(news["openimis_uuid"].implode())
    new = rows.filter(is_new).height
    yield from (language.text(title, count=rows.height, new=new), "")
    shown = rows.sort(is_new, descending=True, maintain_order=True).head(MOST_ROWS)
    if shown.height:
        titles = [*map(language.of, _TITLES)]
        yield from table(titles, [_row(row, language) for row in shown.to_dicts()])
    yield from _more(rows.height, language)


def _row(row: dict[str, str | None], language: Language) -> Sequence[str]:
    kind = language.of(row["kind"] or "")
    unit = f"{row['dhis2_path'] or ''} {code(row['dhis2_uid'] or '')}"
    place = f"{row['openimis_path'] or ''} {code(row['openimis_code'] or '')}"
    return [kind, place, unit, row["how"] or "", row["score"] or "", row["note"] or ""]


def _doubles(title: str, rows: pl.DataFrame, language: Language) -> Iterator[str]:
    yield from (language.text(title, count=rows.height), "")
    shown = rows.head(MOST_ROWS).rows()
    if shown:
        yield from table([*rows.columns], [[text or "" for text in row] for row in shown])
    yield from _more(rows.height, language)


def _unmatched_units(
    rows: pl.DataFrame, units: pl.DataFrame, country: Country, language: Language
) -> Iterator[str]:
    levels = {level for each in country.match.levels.values() for level in each}
    used = rows.filter(decision=ACCEPTED)["dhis2_uid"].drop_nulls()
    is_below = pl.col("uid_path").str.contains(f"/{country.root.uid}/", literal=True)
    at_level = units.filter(is_below, pl.col("level").is_in(levels))
    unused = at_level.filter(~pl.col("uid").is_in(used.implode()))
    yield language.text(
        "Org units of DHIS2 on these levels: {there}; of {unused} no place of openIMIS is "
        "accepted.",
        there=at_level.height,
        unused=unused.height,
    )
    yield ""


def _more(count: int, language: Language) -> Iterator[str]:
    if count > MOST_ROWS:
        more = count - MOST_ROWS
        yield from (language.text("And {count} more: the file has them all.", count=more), "")


def _legend(rows: pl.DataFrame, language: Language) -> Iterator[str]:
    found = rows["note"].drop_nulls().str.split(" ").explode().unique()
    lines = [[code(name), language.of(text)] for name, text in OBJECTIONS.items() if name in found]
    if lines:
        yield from (language.text("## What the notes say"), "")
        yield from table([language.text("note"), language.text("meaning")], lines)
