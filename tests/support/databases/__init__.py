"""Databases for tests: a throw-away PostgreSQL, the real openIMIS demo data, ODBC strings."""

from tests.support.databases.demo import demo_folder, load_demo
from tests.support.databases.odbc import sqlite_odbc
from tests.support.databases.postgresql import Database, PostgreSQL, postgresql, why_no_postgresql

__all__ = [
    "Database",
    "PostgreSQL",
    "demo_folder",
    "load_demo",
    "postgresql",
    "sqlite_odbc",
    "why_no_postgresql",
]
