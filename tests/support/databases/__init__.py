"""Databases for tests: a throw-away PostgreSQL, the real openIMIS demo data, ODBC strings."""

from tests.support.databases.demo import demo_folder, load_demo
from tests.support.databases.odbc import sqlite_odbc
from tests.support.databases.postgresql import (
    REPLICATION,
    Database,
    PostgreSQL,
    postgresql,
    replica,
    why_no_postgresql,
)

__all__ = [
    "REPLICATION",
    "Database",
    "PostgreSQL",
    "demo_folder",
    "load_demo",
    "postgresql",
    "replica",
    "sqlite_odbc",
    "why_no_postgresql",
]
