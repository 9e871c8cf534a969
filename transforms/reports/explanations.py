"""One object in all stages: desired, acknowledged, change, rejects; never a value.

Where and when an object is (org unit, status, dates) is a value as well: a village, and the day of
a claim. Of these, and of its fields, only the names of those that are set are shown.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from transforms.changes.objects.schemas import PLAIN, State
from transforms.core.language import ENGLISH, Language
from transforms.model.resources import Resource

SHOWN = ("key", "uid", "generation", "state", "parentUid", "run", "change")
UNSHOWN = (*PLAIN, "owner")
CONFIRMED = "Confirmed"


def of_object(frame: pl.LazyFrame, name: str, resource: Resource) -> list[dict[str, Any]]:
    """Return the rows of a frame that an openIMIS UUID or key, or a DHIS2 UID, names.

    Args:
        frame: desired, acknowledged or changes.
        name: openIMIS UUID or key (also of the person), or DHIS2 UID.
        resource: The resource.

    Returns:
        What `SHOWN` lists, the codes of `faults`, and `values`: names of `UNSHOWN` and of the
        fields that hold a value.
    """
    found = _rows_of(frame, name).collect()
    fields = [field for field in resource.fields if field.key in found.columns]
    return [_shown_values(row, fields) for row in found.iter_rows(named=True)]


def differences(
    desired: pl.LazyFrame, acknowledged: pl.LazyFrame, name: str, resource: Resource
) -> list[dict[str, Any]]:
    """Return key, and the names of the values in which desired and acknowledged differ.

    Args:
        desired: Of a resource.
        acknowledged: Of the same resource.
        name: As of `of_object`.
        resource: The resource.
    """
    names = {each: each for each in PLAIN} | {each.key: each.name for each in resource.fields}
    confirmed = _rows_of(acknowledged, name).filter(state=State.HELD.value).select("key", *names)
    both = desired.join(confirmed, on="key", suffix=CONFIRMED).collect()
    rows = [
        {
            "key": row["key"],
            "differs": ", ".join(
                label for each, label in names.items() if row[each] != row[f"{each}{CONFIRMED}"]
            ),
        }
        for row in both.iter_rows(named=True)
    ]
    return [row for row in rows if row["differs"]]


def _rows_of(frame: pl.LazyFrame, name: str) -> pl.LazyFrame:
    columns = frame.collect_schema().names()
    names_it = [
        pl.col(each) == name for each in ("key", "person", "uid", "uidBefore") if each in columns
    ]
    below = pl.col("key").str.starts_with(f"{name}:")
    return frame.filter(pl.any_horizontal(*names_it, below))


def _shown_values(row: Mapping[str, Any], fields: Sequence[Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in SHOWN if row.get(name) is not None}
    if row.get("faults"):
        shown["faults"] = " ".join(row["faults"])
    names = [name for name in UNSHOWN if row.get(name) is not None]
    names += [field.name for field in fields if row[field.key] is not None]
    return shown | {"values": ", ".join(names)}


def markdown(
    name: str,
    parts: Mapping[str, Sequence[Mapping[str, Any]]],
    language: Language = ENGLISH,
) -> str:
    """Return all rows of an object as Markdown."""
    lines = [f"# {name}"]
    for title, rows in parts.items():
        lines += ["", f"## {language.of(title)}", ""]
        lines += _table(rows) if rows else [language.text("Nothing.")]
    return "\n".join(lines)


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    return head + [
        "| " + " | ".join(str(row.get(name, "")) for name in names) + " |" for row in rows
    ]
