"""The forms that openIMIS's tables have: with history or without, lines of claims, lists of codes."""

from dataclasses import replace

import polars as pl

from transforms.openimis.tables.column_types import (
    AMOUNT,
    CODE,
    KEY,
    STAMP,
    TEXT,
    Column,
    Table,
)

VERSION_OF = "LegacyID"
"""The column that says of which row a row is an earlier version."""
VALIDITY = (
    Column("ValidityFrom", STAMP),
    Column("ValidityTo", STAMP),
    Column(VERSION_OF, KEY),
)


def dated(name: str, key: str, uuid: str | None, *columns: Column) -> Table:
    """A table of which openIMIS keeps the versions."""
    names = (Column(key, KEY), *((Column(uuid, TEXT),) if uuid else ()))
    return Table(name, key, uuid, (*names, *columns, *VALIDITY))


def of_figures(name: str, key: str, uuid: str | None, **columns: pl.DataType) -> Table:
    """A table that is read where figures or events are made of it, and not otherwise."""
    table = dated(name, key, uuid, *(Column(each, dtype) for each, dtype in columns.items()))
    read = (replace(column, required=False, field=True) for column in table.columns)
    return replace(table, columns=tuple(read), is_optional=True)


def only_for_figures(dtype: pl.DataType, *names: str) -> tuple[Column, ...]:
    """Columns that are read where figures are made of them, and not otherwise."""
    return tuple(Column(name, dtype, required=False, field=True) for name in names)


def lookup(name: str, key: str, key_type: pl.DataType, label: str) -> Table:
    """A small list of codes; it has no history."""
    return Table(
        name,
        key,
        None,
        (Column(key, key_type), Column(label, TEXT), Column("SortOrder", CODE, required=False)),
    )


def claim_lines(name: str, key: str, status: str, thing: str) -> Table:
    """The services or the items of claims."""
    return dated(
        name,
        key,
        None,
        Column("ClaimID", KEY),
        Column(thing, KEY, field=True),
        Column("ProdID", KEY),
        *only_for_figures(KEY, "PolicyID"),
        Column(status, CODE),
        Column("RejectionReason", CODE),
        *(Column(f"Qty{which}", AMOUNT) for which in ("Provided", "Approved")),
        *(
            Column(f"Price{which}", AMOUNT)
            for which in ("Asked", "Adjusted", "Approved", "Valuated")
        ),
        *(Column(name, AMOUNT) for name in ("DeductableAmount", "ExceedCeilingAmount")),
        Column("ExceedCeilingAmountCategory", AMOUNT, required=False),
        Column("RemuneratedAmount", AMOUNT),
    )


def package_contents(name: str, key: str, line: str, thing: str) -> Table:
    """What is in a package that was claimed: openIMIS 1.11 and later have it, without history."""
    columns = {key: KEY, line: KEY, thing: KEY, "qty_displayed": CODE, "qty_provided": CODE}
    read = (Column(each, dtype, required=False, field=True) for each, dtype in columns.items())
    return Table(name, key, None, tuple(read), is_optional=True)
