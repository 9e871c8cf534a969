"""The differences of a reconciliation, for people: counts, never a value."""

import polars as pl

from transforms.changes.reconciliation.findings import SIDES, FindingKind
from transforms.model.resources import RESOURCES

PLACES_SHOWN = 20
NAMES = (*SIDES, *(kind.value for kind in FindingKind))
FOUND = pl.sum_horizontal(*(kind.value for kind in FindingKind))


def markdown(totals: pl.DataFrame, details: pl.DataFrame, names: pl.DataFrame, after: str) -> str:
    """Return the report.

    Args:
        totals: See `transforms.changes.findings.totals`.
        details: resource, kind, detail and objects.
        names: uid and name of org units.
        after: What was, or is to be, done about it.
    """
    parts = [
        "# What DHIS2 holds",
        _table(("resource", *NAMES), _by_resource(totals)),
        after,
    ]
    if len(details):
        parts += ["## What was found", _table(tuple(details.columns), details)]
        parts += [f"## Org units with most of it (at most {PLACES_SHOWN})", _places(totals, names)]
    return "\n\n".join(parts)


def _by_resource(totals: pl.DataFrame) -> pl.DataFrame:
    found = set(totals["resource"])
    names = [each.name for each in RESOURCES if each.asked_by is None or each.name in found]
    every = pl.DataFrame({"resource": names})
    sums = totals.group_by("resource").agg(pl.col(*NAMES).sum())
    return every.join(sums, on="resource", how="left", maintain_order="left").fill_null(0)


def _places(totals: pl.DataFrame, names: pl.DataFrame) -> str:
    columns = ("resource", "orgUnit", "name", *NAMES)
    rows = (
        totals.filter(FOUND > 0)
        .join(names, left_on="orgUnit", right_on="uid", how="left")
        .sort(FOUND, "resource", "orgUnit", descending=[True, False, False])
        .head(PLACES_SHOWN)
        .select(columns)
        .fill_null("")
    )
    return _table(columns, rows)


def _table(columns: tuple[str, ...], rows: pl.DataFrame) -> str:
    lines = [columns, tuple("---" for _ in columns), *rows.select(columns).iter_rows()]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
