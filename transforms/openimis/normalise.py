"""The snapshot of a country's openIMIS in the terms of the community's.

    values        what this openIMIS means by 6 ─► 4, which is openIMIS's own for it
    not current   a row that a flag of its own deletes ─► ValidityTo
    regions       a district below none ─► below the region that the country file names
    time zone     time stamps in UTC ─► the wall clock of the country

All else is as in the snapshot, and nothing is changed for a country file that names no difference.
"""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import polars as pl

from transforms.openimis.differences import Differences, Flag, value_map
from transforms.openimis.district_regions import below_regions
from transforms.openimis.rows import Tables
from transforms.openimis.tables.coded_values import CODED_VALUES, CodedValue
from transforms.openimis.tables.column_types import CODE, STAMP, UNREADABLE
from transforms.openimis.tables.columns import LOCATIONS, TABLES
from transforms.openimis.unreadable import holds_unreadable

_FROM, _TO = "ValidityFrom", "ValidityTo"
_LONG_AGO = dt.datetime(1900, 1, 1)  # noqa: DTZ001 - a wall clock


def normalise(snapshot: Tables, differences: Differences) -> Tables:
    """Return a snapshot in openIMIS's own terms; the frames are lazy.

    Args:
        snapshot: All of openIMIS, or a part of it.
        differences: What the country file says of this openIMIS.
    """
    return {name: _normalise_rows(rows, name, differences) for name, rows in snapshot.items()}


def local_day(moment: dt.datetime, differences: Differences) -> dt.date:
    """Return the day in the country.

    Args:
        moment: On the clock of the source's time stamps; naive.
        differences: What the country file says of this openIMIS.
    """
    if differences.time_zone is None:
        return moment.date()
    return moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(differences.time_zone)).date()


def _normalise_rows(rows: pl.LazyFrame, table: str, differences: Differences) -> pl.LazyFrame:
    flags = differences.not_current.get(table, {})
    values = {
        each.column_name: _in_own_values(each, of)
        for each in CODED_VALUES
        if each.table.name == table and (of := value_map(each, differences))
    }
    if flags:
        rows = _without_deleted(rows, flags)
    if values:
        present = rows.collect_schema()
        rows = rows.with_columns(**{name: made for name, made in values.items() if name in present})
    if table == LOCATIONS.name and differences.district_regions:
        rows = below_regions(rows, differences.district_regions)
    return _in_zone(rows, table, differences.time_zone) if differences.time_zone else rows


def _in_own_values(coded: CodedValue, values: Mapping[str, str]) -> pl.Expr:
    column = pl.col(coded.column_name)
    if coded.column.dtype == CODE:
        return column.replace({int(value): int(own) for value, own in values.items()})
    return column.str.strip_chars().replace(values)


def _without_deleted(rows: pl.LazyFrame, flags: Mapping[str, Flag]) -> pl.LazyFrame:
    """Close the rows that a flag deletes, on the day from which they are as they are.

    Of a row whose flag cannot be read nobody knows whether it is current.
    """
    deletes = pl.any_horizontal(_says(name, value) for name, value in flags.items())
    is_deleted = deletes.fill_null(value=False) & pl.col(_TO).is_null()
    closed = pl.when(is_deleted).then(pl.coalesce(_FROM, pl.lit(_LONG_AGO, STAMP))).otherwise(_TO)
    rows = rows.with_columns(closed.alias(_TO))
    if UNREADABLE not in rows.collect_schema():
        return rows
    in_doubt = pl.any_horizontal(holds_unreadable(name) for name in flags)
    marks = pl.concat_str(UNREADABLE, pl.lit(_TO), separator=" ")
    return rows.with_columns(pl.when(in_doubt).then(marks).otherwise(UNREADABLE).alias(UNREADABLE))


def _says(column: str, value: Flag) -> pl.Expr:
    found = pl.col(column)
    return found.str.strip_chars() == value if isinstance(value, str) else found == value


def _in_zone(rows: pl.LazyFrame, table: str, zone: str) -> pl.LazyFrame:
    stamps = {column.name for column in TABLES[table].columns if column.dtype == STAMP}
    return rows.with_columns(
        pl.col(name)
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone(zone)
        .dt.replace_time_zone(None)
        for name in rows.collect_schema()
        if name in stamps
    )
