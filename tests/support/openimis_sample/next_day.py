"""A day in openIMIS: a realistic mix of every kind of change, each at least once."""

from datetime import date, datetime, time, timedelta
from typing import Final

from tests.support.openimis_sample import schema
from tests.support.openimis_sample.database import Connection, OpenImis
from tests.support.openimis_sample.operations import OPERATIONS, Operation

_PACE: Final = timedelta(milliseconds=317)
"""Between one change and the next."""


def next_day(connection: Connection, *, day: date, seed: int) -> dict[str, int]:
    """Applies all operations of the database's level to as many rows as a day brings, and commits.

    Args:
        connection: To a sample (or the demo database), SQLite or PostgreSQL.
        day: The date of the changes: they happen from half past midnight on.
        seed: The same database, day and seed give the same changes.

    Returns:
        Operation → how often it was done; 0 where no row fitted.
    """
    imis = OpenImis(connection, seed * 1_000_003 + day.toordinal())
    now, done = datetime.combine(day, time(0, 30)), {}
    for name, operation in OPERATIONS.items():
        if imis.level not in operation.levels:
            continue
        chosen = _chosen(imis, operation, day)
        for key in chosen:
            now += _PACE
            if _still_fits(imis, operation, key, day):
                operation.apply(imis, key, now)
        done[name] = len(chosen)
    connection.commit()
    return done


def candidates(imis: OpenImis, operation: Operation, day: date) -> list[int]:
    """The keys of the rows that an operation may happen to on a day."""
    return imis.keys(f"{_select(operation, day)} ORDER BY 1")


def _chosen(imis: OpenImis, operation: Operation, day: date) -> list[int]:
    keys = candidates(imis, operation, day)
    return imis.chance.sample(keys, min(len(keys), max(1, round(operation.share * len(keys)))))


def _still_fits(imis: OpenImis, operation: Operation, key: int, day: date) -> bool:
    """A change before may have taken the row away (a family with its members)."""
    one = f'{_select(operation, day)} AND "{schema.key(operation.table)}" = ?'
    return bool(imis.keys(one, key))


def _select(operation: Operation, day: date) -> str:
    condition = operation.candidates.format(today=day.isoformat())
    key = schema.key(operation.table)
    return f'SELECT "{key}" FROM "{operation.table}" WHERE {condition}'
