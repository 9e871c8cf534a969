"""How the openIMIS of a country differs from the community's, as its country file says it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, StrictBool, StrictInt, StrictStr, field_validator

from transforms.openimis.history import has_history
from transforms.openimis.tables.coded_values import CODED_VALUES, CodedValue
from transforms.openimis.tables.column_types import CODE, TEXT, YES_NO, Column, Table
from transforms.openimis.tables.columns import TABLES

Names = dict[str, dict[str, str]]
Flag = StrictBool | StrictInt | StrictStr
Flags = dict[str, dict[str, Flag]]

_ODD_ZONES = {"localtime", "Factory"}
_FLAG_TYPES = {bool: YES_NO, int: CODE, str: TEXT}


class Differences(BaseModel):
    """The part of the country file that is about openIMIS itself; nothing of it is usual.

    Attributes:
        time_zone: IANA name of the zone whose days count, where openIMIS keeps its time stamps in
            UTC; None: the day of a time stamp is the one that is written there.
        values: Key of a coded value to values of this openIMIS, and the word that each means.
        columns: Table to column, and the name that the column has in this openIMIS.
        not_current: Table to column, and the value of it that says that a row was deleted.
        district_regions: Code of a district that openIMIS has below no region, to the code of its
            region.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_zone: str | None = None
    values: Names = {}
    columns: Names = {}
    not_current: Flags = {}
    district_regions: dict[str, str] = {}

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str | None) -> str | None:
        if name is not None and name not in available_timezones() - _ODD_ZONES:
            raise ValueError(
                f"found {name!r}; allowed is an IANA name of a time zone, such as 'Asia/Kathmandu' "
                f"or 'Africa/Addis_Ababa'"
            )
        return name

    @field_validator("values")
    @classmethod
    def _each_value_has_a_word(cls, values: Names) -> Names:
        coded = {each.key: each for each in CODED_VALUES}
        for key, words in values.items():
            _check_allowed(key, coded, "values")
            for value, word in words.items():
                _check_allowed(word, coded[key].words.values(), f"{key}.{value}")
                _check_value(coded[key], value)
        return values

    @field_validator("columns")
    @classmethod
    def _each_column_is_read(cls, columns: Names) -> Names:
        for name, renamed in columns.items():
            _check_allowed(name, TABLES, "columns")
            for column in renamed:
                _check_allowed(column, _names(TABLES[name]), name)
        return columns

    @field_validator("not_current")
    @classmethod
    def _each_flag_is_of_a_dated_table(cls, flags: Flags) -> Flags:
        dated = {name: table for name, table in TABLES.items() if has_history(table)}
        for name, values in flags.items():
            _check_allowed(name, dated, "not_current")
            if read := sorted(values.keys() & _names(TABLES[name])):
                raise ValueError(
                    f"{name}: found {', '.join(read)}, which openIMIS itself has; allowed are "
                    f"columns that only this openIMIS has"
                )
        return flags


def as_named_here(
    columns: Mapping[str, Sequence[Column]], differences: Differences
) -> dict[str, list[Column]]:
    """Return what is read, as this openIMIS names it, and the flags by which it deletes rows.

    Args:
        columns: openIMIS table to its columns that are read.
        differences: What the country file says of this openIMIS.
    """
    return {
        table: [
            *_rename(each, differences.columns.get(table, {})),
            *_flags(differences.not_current.get(table, {})),
        ]
        for table, each in columns.items()
    }


def value_map(coded: CodedValue, differences: Differences) -> Mapping[str, str]:
    """Return values of this openIMIS to openIMIS's own, as text; empty where there are none."""
    words = differences.values.get(coded.key, {})
    return {value.strip(): coded.value_of(word) for value, word in words.items()}


def _rename(columns: Sequence[Column], names: Mapping[str, str]) -> list[Column]:
    return [replace(each, renamed=names.get(each.of or each.name)) for each in columns]


def _flags(values: Mapping[str, Flag]) -> list[Column]:
    """Return the flags, each of the type that its value in the country file has."""
    return [Column(name, _FLAG_TYPES[type(value)]) for name, value in values.items()]


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.of is None]


def _check_allowed(found: str, allowed: Iterable[str], where: str) -> None:
    names = list(allowed)
    if found not in names:
        raise ValueError(f"{where}: found {found!r}; allowed are {', '.join(names)}")


def _check_value(coded: CodedValue, value: str) -> None:
    if coded.column.dtype == CODE and not value.strip().isdecimal():
        raise ValueError(f"{coded.key}: found {value!r}; allowed are whole numbers")
