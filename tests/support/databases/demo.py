"""The real openIMIS demo database, from the folder beside the checkout, into PostgreSQL."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl
import psycopg
from psycopg import sql

from tests.support.openimis_sample.writing import copy_frame

_FOLDER: Final = Path(__file__).resolve().parents[3].parent / "shared" / "openimis-demo"

_TYPES: Final = {"1.4": ("pg_type", "pg_nullable"), "1.11": ("be_1_11_type", "be_1_11_nullable")}

_MIGRATED: Final = date(2024, 6, 1)
"""The day of the migration, which it writes into every old policy."""

_WRITTEN_BY_THE_MIGRATION: Final[dict[str, dict[str, Any]]] = {
    "tblInsuree": {"status": "AC"},
    "tblHF": {"status": "AC"},
    "tblServices": {"manualPrice": False, "ServPackageType": "S"},
    "tblClaim": {"pre_authorization": False},
    "tblPolicy": {"creationDate": _MIGRATED},
    "tblConfirmationTypes": {"is_confirmation_number_required": False},
}


def demo_folder() -> Path | None:
    """`../shared/openimis-demo` beside the checkout; None where it is not there."""
    return _FOLDER if (_FOLDER / "schema.json").exists() else None


def load_demo(conninfo: str, level: str) -> None:
    """Loads the demo database into an empty database: names, types, keys and rows.

    Level `"1.4"` is the dump as it is; `"1.11"` has the columns and values that the backend's
    migrations give it. No foreign keys, no views.

    Raises:
        FileNotFoundError: The folder is not there.
    """
    folder = demo_folder()
    if folder is None:
        raise FileNotFoundError("There is no ../shared/openimis-demo beside the checkout.")
    tables = json.loads((folder / "schema.json").read_text())["tables"]
    with psycopg.connect(conninfo, options="-c TimeZone=UTC") as connection:
        for table, description in tables.items():
            columns = _columns(description, level)
            if description["kind"] == "table" and columns:
                connection.execute(_ddl(table, description, columns, level))
                copy_frame(connection, table, _rows(folder, table, list(columns), level))
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _columns(description: dict[str, Any], level: str) -> dict[str, str]:
    """Column → its SQL type with NOT NULL, at the level."""
    type_, nullable = _TYPES[level]
    return {
        name: column[type_] + ("" if column[nullable] else " NOT NULL")
        for name, column in description["columns"].items()
        if column.get(type_)
    }


def _ddl(
    table: str, description: dict[str, Any], columns: dict[str, str], level: str
) -> sql.Composed:
    """CREATE TABLE with the primary key and the unique columns."""
    suffix = "_1_11" if level == "1.11" else ""
    parts = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(type_))
        for name, type_ in columns.items()
    ]
    if key := description.get(f"primary_key{suffix}"):
        names = sql.SQL(", ").join(map(sql.Identifier, key))
        parts.append(sql.SQL("PRIMARY KEY ({})").format(names))
    return sql.SQL("CREATE TABLE {} ({})").format(sql.Identifier(table), sql.SQL(", ").join(parts))


def _rows(folder: Path, table: str, columns: list[str], level: str) -> pl.DataFrame:
    """The rows of the dump with the columns of the level, as the migration leaves them."""
    path = folder / f"{table}.parquet"
    if not path.exists():
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    rows = pl.read_parquet(path)
    if level == "1.11":
        rows = _migrated(table, rows)
    return rows.select(name for name in columns if name in rows.columns)


def _migrated(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The values that the migrations write."""
    written = _WRITTEN_BY_THE_MIGRATION.get(table, {})
    rows = rows.with_columns(pl.lit(value).alias(name) for name, value in written.items())
    if table == "tblInsuree":
        village = pl.col("CurrentVillage")
        rows = rows.with_columns(pl.when(village != 0).then(village).alias("CurrentVillage"))
    return rows
