"""Snapshots of openIMIS: as the pipeline reads them of a database, or made of frames at hand."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.postgresql import POSTGRESQL
from flows.steps.extract.snapshot import copy_tables
from staging.layout import Run
from staging.snapshots import read_snapshot
from tests.support.databases import Database
from transforms.model.selected_columns import selected_columns
from transforms.openimis.country import Country
from transforms.openimis.normalise import normalise
from transforms.openimis.rows import Tables
from transforms.openimis.tables.column_types import Table
from transforms.openimis.tables.columns import TABLES


def read_of(database: Database, folder: Path, country: Country) -> Tables:
    """Return what the pipeline reads of a database; its files lie in the folder.

    Args:
        database: openIMIS.
        folder: For the files.
        country: The country file.
    """
    run = Run(folder, "figures")
    client = Openimis(POSTGRESQL, database.odbc)
    copy_tables(run, database.name, client, selected_columns(country))
    return normalise(read_snapshot(run).frames, country)


def made_of(frames: Mapping[str, pl.DataFrame]) -> Tables:
    """Return the snapshot of an openIMIS whose tables are at hand; those left out are empty."""
    return {name: _columns(table, frames.get(name)) for name, table in TABLES.items()}


def _columns(table: Table, rows: pl.DataFrame | None) -> pl.LazyFrame:
    found = pl.DataFrame() if rows is None else rows
    nothing = pl.lit(None)
    return found.lazy().select(
        (_naive(column.name, found) if column.name in found.columns else nothing)
        .cast(column.dtype)
        .alias(column.name)
        for column in table.columns
    )


def _naive(name: str, rows: pl.DataFrame) -> pl.Expr:
    """The column; a time stamp without its zone."""
    dtype = rows.schema[name]
    zoned = isinstance(dtype, pl.Datetime) and dtype.time_zone
    return pl.col(name).dt.replace_time_zone(None) if zoned else pl.col(name)
