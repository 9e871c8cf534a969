"""Which columns of openIMIS are read: values only where a field of them is sent."""

from dataclasses import replace

from transforms.core.fields import Treatment
from transforms.model.privacy import policy_of
from transforms.model.resources import ALL_FIELDS
from transforms.model.tables.claim import RESTORED_CLAIM
from transforms.openimis.country import Country
from transforms.openimis.differences import as_named_here
from transforms.openimis.tables.column_types import Column, Table
from transforms.openimis.tables.columns import (
    HEALTH_FACILITIES,
    LOCATIONS,
    TABLES,
    TABLES_OF_SET_UP,
)
from transforms.openimis.tables.figure_columns import COLUMNS_OF_FIGURES, COLUMNS_OF_FUNDING
from transforms.openimis.tables.places import GROUP_SETS


def selected_columns(country: Country) -> dict[str, list[Column]]:
    """Return what is read of every openIMIS table: values only where something is made of them.

    Args:
        country: Says which fields are dropped, and whether persons and figures are sent.

    Raises:
        CountryError: See `policy_of`.
    """
    policy = policy_of(country)
    sent = [field for field in ALL_FIELDS if policy[field.key] is not Treatment.DROP]
    sent_columns = _of_groups(country)
    if country.sends_persons:
        sent_columns |= {(field.table, field.column) for field in sent}
        sent_columns |= COLUMNS_OF_FUNDING if country.funding else frozenset()
    if country.sends_figures:
        restored = [field for field in sent if field is RESTORED_CLAIM]
        sent_columns |= {(field.table, field.column) for field in restored} | COLUMNS_OF_FIGURES
    tables = {name for name, _ in sent_columns}
    columns = {
        name: _with_exclusion(
            [c for c in table.columns if _is_read(table, c, sent_columns)], country
        )
        for name, table in TABLES.items()
        if name in tables or not table.is_optional
    }
    return as_named_here(columns, country)


def _is_read(table: Table, column: Column, sent: set[tuple[str | None, str | None]]) -> bool:
    return table.is_optional or not column.field or (table.name, column.name) in sent


def selected_for_set_up(country: Country) -> dict[str, list[Column]]:
    """Return what set-up reads: places and lists; nothing of people or claims.

    Raises:
        CountryError: See `policy_of`.
    """
    policy_of(country)
    of_groups = _of_groups(country)
    columns = {
        name: [c for c in TABLES[name].columns if not c.field or (name, c.name) in of_groups]
        for name in TABLES_OF_SET_UP
    }
    return as_named_here(columns, country)


def selected_places(country: Country) -> dict[str, list[Column]]:
    """Return what is read of locations and health facilities to match them, and no other table."""
    columns = {
        table.name: [column for column in table.columns if not column.field]
        for table in (LOCATIONS, HEALTH_FACILITIES)
    }
    return as_named_here(columns, country)


def _with_exclusion(columns: list[Column], country: Country) -> list[Column]:
    """Let the database ask for the insurance numbers that the country file excludes."""
    numbers = tuple(country.excluded_insurance_numbers)
    return [replace(each, among=numbers) if each.of else each for each in columns]


def _of_groups(country: Country) -> set[tuple[str | None, str | None]]:
    """Return the columns of openIMIS that put places into groups."""
    return {(each.table, each.column) for each in GROUP_SETS if country.fills(each)}
