"""Groups of places that openIMIS knows nothing of: what a CSV file of the country says.

    code,facility_type,facility_kind,settlement
    HF001,district_hospital,general,urban
    V0017,,,rural

`code` is openIMIS's code of a health facility or location. Each other column is a set of groups; it
holds the key of one of them, or nothing. A place of which the file says nothing stays in the group
into which people put it in DHIS2. The type and kind are those of facilities; a location is urban or
rural as well.
"""

import polars as pl

from transforms.core.errors import CountryError
from transforms.openimis.register import Register
from transforms.openimis.tables.places import (
    GROUP_SETS,
    HEALTH_FACILITIES,
    LOCATIONS,
    SETTLEMENT,
)

CODE, LINE, TABLE, GROUP = "code", "line", "table", "group"
PLACE_GROUPS = {LINE: pl.UInt32(), TABLE: pl.String(), CODE: pl.String(), GROUP: pl.String()}
"""Columns of the groups of a file: one row a place and group; `group` is the group's UID."""

FILLED_BY_FILE = {each.key: each for each in GROUP_SETS if each.table is None}
_FIRST_LINE = 2
_NOTHING_DONE = "Nothing was done."


def checked_place_groups(rows: pl.DataFrame) -> pl.DataFrame:
    """Return which places are in which groups, with the columns of `PLACE_GROUPS`.

    Args:
        rows: The file, all columns as text.

    Raises:
        CountryError: A column is missing or unknown, a code is empty or there twice, or there is
            no group of that key. It names lines, and no value.
    """
    named = rows.rename(lambda name: name.strip().lower())
    _check_columns(named.columns)
    clean = named.with_columns(_clean(name) for name in named.columns).with_row_index(
        LINE, _FIRST_LINE
    )
    _check_codes(clean)
    return pl.concat([_of_set(clean, key) for key in FILLED_BY_FILE if key in clean.columns])


def with_place_groups(units: pl.LazyFrame, groups: pl.DataFrame | None) -> pl.LazyFrame:
    """Return org units with the groups of the file behind those that openIMIS tells.

    Args:
        units: table, own_code and groups (list of UIDs), among others.
        groups: See `checked_place_groups`; None where the country file names no file.
    """
    if groups is None:
        return units
    of_places = groups.lazy().group_by(TABLE, CODE, maintain_order=True).agg(of_file=GROUP)
    return (
        units.with_columns(trimmed=pl.col("own_code").str.strip_chars())
        .join(of_places, left_on=[TABLE, "trimmed"], right_on=[TABLE, CODE], how="left")
        .with_columns(pl.col("groups").list.concat(pl.col("of_file").fill_null([])))
        .drop("trimmed", "of_file")
    )


def lines_without_place(groups: pl.DataFrame, register: Register) -> list[int]:
    """Return the numbers of the lines whose code no place has that could be in such a group."""
    places = pl.concat(
        [
            register.facilities.select(
                _clean("facility_code").alias(CODE), table=pl.lit(HEALTH_FACILITIES)
            ),
            register.places.select(_clean("location_code").alias(CODE), table=pl.lit(LOCATIONS)),
        ]
    )
    found = groups.lazy().join(places, on=[TABLE, CODE], how="semi").select(LINE).unique()
    return groups.lazy().join(found, on=LINE, how="anti").collect()[LINE].unique().sort().to_list()


def sentence_of_lines(lines: list[int]) -> str:
    """Return what is wrong with lines whose place openIMIS does not have."""
    return (
        f"The file of place groups has {len(lines)} lines whose code openIMIS does not have for a "
        f"health facility, or for a location where the group may be one of locations; the first is "
        f"line {lines[0]}. They were passed over. Correct the codes."
    )


def _check_columns(columns: list[str]) -> None:
    expected = (CODE, *FILLED_BY_FILE)
    unknown = [name for name in columns if name not in expected]
    if CODE not in columns or columns == [CODE] or unknown:
        raise CountryError(
            f"The file of place groups has other columns than expected: expected are code and one "
            f"or more of {', '.join(FILLED_BY_FILE)}, in its first line. {_NOTHING_DONE}"
        )


def _check_codes(rows: pl.DataFrame) -> None:
    is_good = pl.col(CODE).is_not_null() & pl.col(CODE).is_unique()
    if not (bad := rows.filter(~is_good)).is_empty():
        raise CountryError(
            f"The file of place groups has {bad.height} lines with a code that is empty or there "
            f"twice; the first is line {bad[LINE][0]}. Correct or remove them. {_NOTHING_DONE}"
        )


def _of_set(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    groups = {group.key: group.uid for group in FILLED_BY_FILE[key].groups}
    filled = rows.filter(pl.col(key).is_not_null())
    if not (bad := filled.filter(~pl.col(key).is_in(list(groups)))).is_empty():
        raise CountryError(
            f"The file of place groups has {bad.height} lines with a {key} that is no group; the "
            f"first is line {bad[LINE][0]}. Groups are {', '.join(groups)}. {_NOTHING_DONE}"
        )
    tables = (HEALTH_FACILITIES, LOCATIONS) if key == SETTLEMENT.key else (HEALTH_FACILITIES,)
    return pl.concat(
        filled.select(
            LINE, pl.lit(table).alias(TABLE), CODE,
            pl.col(key).replace_strict(groups, return_dtype=pl.String).alias(GROUP),
        )
        for table in tables
    )  # fmt: skip


def _clean(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)
