"""What is known of one object: wanted, acknowledged, to be changed, held back; never a value."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from transforms.deltas import PLAIN
from transforms.resources import Resource

SHOWN = ("key", "uid", "generation", "state", "parentUid", *PLAIN, "owner", "run", "change")


def of_object(frame: pl.LazyFrame, name: str, resource: Resource) -> list[dict[str, Any]]:
    """Return the rows of a frame that an openIMIS UUID or key, or a DHIS2 UID, names.

    Args:
        frame: desired, acknowledged or changes.
        name: openIMIS UUID or key (also of the person), or DHIS2 UID.
        resource: The resource.

    Returns:
        What `SHOWN` lists, and `values`: names of the fields that hold a value.
    """
    columns = frame.collect_schema().names()
    wanted = [
        pl.col(each) == name for each in ("key", "person", "uid", "uidBefore") if each in columns
    ]
    below = pl.col("key").str.starts_with(f"{name}:")
    found = frame.filter(pl.any_horizontal(*wanted, below)).collect()
    fields = [field for field in resource.fields if field.uid in columns]
    return [_shown(row, fields) for row in found.iter_rows(named=True)]


def _shown(row: Mapping[str, Any], fields: Sequence[Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in SHOWN if row.get(name) is not None}
    held = [field.name for field in fields if row[field.uid] is not None]
    return shown | {"values": ", ".join(held)}


def markdown(name: str, parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Return all that was found of an object as Markdown."""
    lines = [f"# {name}"]
    for title, rows in parts.items():
        lines += ["", f"## {title}", ""]
        lines += _table(rows) if rows else ["Nothing."]
    return "\n".join(lines)


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    return head + [
        "| " + " | ".join(str(row.get(name, "")) for name in names) + " |" for row in rows
    ]
