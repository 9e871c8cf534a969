"""Whose each row is: so that a snapshot can be divided by person.

    tblInsuree ─┬─ tblInsureePolicy
                └─ tblClaim ─┬─ tblClaimItems
                             └─ tblClaimServices

Copies go with the row that they are of, lines with their claim. The rows of all other tables are
everybody's.
"""

import polars as pl

from transforms.openimis.history import is_history, live_key
from transforms.openimis.rows import Snapshot, table_of
from transforms.openimis.tables.columns import (
    CLAIM_ITEMS,
    CLAIM_SERVICES,
    CLAIMS,
    INSUREE_POLICIES,
    INSUREES,
    Table,
)

PERSON = "person"


def rows_with_person(snapshot: Snapshot) -> dict[str, pl.LazyFrame]:
    """Return the rows that are somebody's.

    Args:
        snapshot: Of openIMIS, without rows of which nobody knows what they are.

    Returns:
        Table to its rows, in their order, with `person` (String) besides: UUID of the insuree;
        null for rows that name an insuree, or a claim, which does not exist.
    """
    people = table_of(snapshot, INSUREES)
    uuids = people.filter(~is_history(INSUREES.key)).select(
        _live=INSUREES.key, person=INSUREES.uuid
    )
    claims = _of_people(snapshot, CLAIMS, uuids)
    return {
        INSUREES.name: _with_person(people, INSUREES, uuids),
        INSUREE_POLICIES.name: _of_people(snapshot, INSUREE_POLICIES, uuids),
        CLAIMS.name: claims,
        **{
            lines.name: table_of(snapshot, lines).join(
                claims.select(CLAIMS.key, PERSON), on=CLAIMS.key, how="left", maintain_order="left"
            )
            for lines in (CLAIM_ITEMS, CLAIM_SERVICES)
        },
    }


def _with_person(rows: pl.LazyFrame, table: Table, uuids: pl.LazyFrame) -> pl.LazyFrame:
    """Add the person of the live row that a row is, or is a copy of."""
    return (
        rows.with_columns(_live=live_key(table.key))
        .join(uuids, on="_live", how="left", maintain_order="left")
        .drop("_live")
    )


def _of_people(snapshot: Snapshot, table: Table, uuids: pl.LazyFrame) -> pl.LazyFrame:
    """Return the rows of a table that names insurees, with the person of the live row."""
    rows = table_of(snapshot, table)
    keys = _with_person(table_of(snapshot, INSUREES), INSUREES, uuids)
    named = keys.select(INSUREES.key, PERSON)
    live = rows.filter(~is_history(table.key)).join(named, on=INSUREES.key, how="left")
    return _with_person(rows, table, live.select(_live=table.key, person=PERSON))
