"""Writes a sample openIMIS: `python -m tests.support.openimis_sample --sqlite sample.db`."""

import argparse
import sqlite3
import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import psycopg

from tests.support.openimis_sample.countries import COUNTRIES
from tests.support.openimis_sample.next_day import next_day
from tests.support.openimis_sample.schema import LEVELS
from tests.support.openimis_sample.whole import sample
from tests.support.openimis_sample.writing import write_postgresql, write_sqlite


def main(arguments: list[str]) -> int:
    """Writes the sample, or lets a day pass in one that was written before."""
    asked = _parser().parse_args(arguments)
    if asked.next_day:
        return _let_a_day_pass(asked)
    tables = sample(
        asked.insurees,
        seed=asked.seed,
        level=asked.level,
        as_of=asked.as_of,
        defects=not asked.no_defects,
        country=asked.country,
    )
    if asked.sqlite:
        write_sqlite(tables, asked.sqlite)
    if asked.postgresql:
        write_postgresql(tables, asked.postgresql)
    for table, frame in tables.items():
        print(f"{table:24}{frame.height:>10,}")
    return 0


def _let_a_day_pass(asked: argparse.Namespace) -> int:
    day = asked.as_of + timedelta(days=1)
    if asked.sqlite:
        if not asked.sqlite.exists():
            sys.exit(
                f"There is no {asked.sqlite.name}. Write the sample first, without --next-day."
            )
        with closing(sqlite3.connect(asked.sqlite)) as connection:
            done = next_day(connection, day=day, seed=asked.seed)
    else:
        with psycopg.connect(asked.postgresql, options="-c TimeZone=UTC") as connection:
            done = next_day(connection, day=day, seed=asked.seed)
    for operation, times in done.items():
        print(f"{operation:44}{times:>8,}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.support.openimis_sample", description=__doc__
    )
    parser.add_argument("--insurees", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--level", choices=LEVELS, default="1.11")
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2024, 6, 30))
    parser.add_argument("--no-defects", action="store_true", help="no bad records")
    parser.add_argument("--country", choices=COUNTRIES, default="demo")
    parser.add_argument(
        "--next-day", action="store_true", help="let the day after --as-of pass in the database"
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--sqlite", type=Path, help="a file")
    where.add_argument("--postgresql", help="a connection string of libpq")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
