"""Desired frames as a person would read them: values by the names that they have in DHIS2."""

from typing import Any

import polars as pl

from transforms.model.resources import Resource

Row = dict[str, Any]


def read(desired: pl.LazyFrame, resource: Resource) -> list[Row]:
    """Return the rows in order of key owner and time, each value under its name in DHIS2."""
    names = {field.key: field.name for field in resource.fields}
    return desired.collect().rename(names).sort("parent", "occurredAt", "key").to_dicts()


def column(rows: list[Row], *names: str) -> list[Any]:
    """Return one value a row, or a tuple of values where several are asked for."""
    if len(names) == 1:
        return [row[names[0]] for row in rows]
    return [tuple(row[name] for name in names) for row in rows]
