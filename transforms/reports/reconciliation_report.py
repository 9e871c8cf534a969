"""The differences of a reconciliation, for people: counts, never a value."""

import polars as pl

from transforms.changes.reconciliation.findings import SIDES, FindingKind
from transforms.core.language import ENGLISH, Language
from transforms.model.resources import RESOURCES

PLACES_SHOWN = 20
NAMES = (*SIDES, *(kind.value for kind in FindingKind))
FOUND = pl.sum_horizontal(*(kind.value for kind in FindingKind))


def markdown(
    totals: pl.DataFrame,
    details: pl.DataFrame,
    names: pl.DataFrame,
    after: str,
    language: Language = ENGLISH,
) -> str:
    """Return the report.

    Args:
        totals: See `transforms.changes.findings.totals`.
        details: resource, kind, detail and objects.
        names: uid and name of org units.
        after: What was, or is to be, done about it.
        language: In which people read it.
    """
    parts = [
        language.text("# What DHIS2 holds"),
        _table(("resource", *NAMES), _by_resource(totals), language),
        language.of(after),
    ]
    if len(details):
        parts += [
            language.text("## What was found"),
            _table(tuple(details.columns), _in_language(details, language), language),
            language.text("## Org units with most of it (at most {count})", count=PLACES_SHOWN),
            _places(totals, names, language),
        ]
    return "\n\n".join(parts)


def _in_language(details: pl.DataFrame, language: Language) -> pl.DataFrame:
    """Return the details with kind and detail as people read them."""
    words = {each: language.of(each) for name in ("kind", "detail") for each in details[name]}
    return details.with_columns(pl.col("kind", "detail").replace(words))


def _by_resource(totals: pl.DataFrame) -> pl.DataFrame:
    found = set(totals["resource"])
    names = [each.name for each in RESOURCES if each.asked_by is None or each.name in found]
    every = pl.DataFrame({"resource": names})
    sums = totals.group_by("resource").agg(pl.col(*NAMES).sum())
    return every.join(sums, on="resource", how="left", maintain_order="left").fill_null(0)


def _places(totals: pl.DataFrame, names: pl.DataFrame, language: Language) -> str:
    columns = ("resource", "orgUnit", "name", *NAMES)
    rows = (
        totals.filter(FOUND > 0)
        .join(names, left_on="orgUnit", right_on="uid", how="left")
        .sort(FOUND, "resource", "orgUnit", descending=[True, False, False])
        .head(PLACES_SHOWN)
        .select(columns)
        .fill_null("")
    )
    return _table(columns, rows, language)


def _table(columns: tuple[str, ...], rows: pl.DataFrame, language: Language) -> str:
    lines = [
        tuple(map(language.of, columns)),
        tuple("---" for _ in columns),
        *rows.select(columns).iter_rows(),
    ]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
