"""Read the CSV files that the country file names, and that lie beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from transforms.core.csv_texts import rows_of
from transforms.core.errors import CountryError
from transforms.matching.match_table import checked_match_table
from transforms.model.coordinates import checked_coordinates
from transforms.openimis.country import Country
from transforms.openimis.place_groups import checked_place_groups


@dataclass(frozen=True)
class _Kind:
    """A file that the country file may name.

    Attributes:
        title: What it is called in an error.
        setting: Where the country file names it.
        check: Returns its rows as they are used; raises a `CountryError` that says what is wrong.
    """

    title: str
    setting: str
    check: Callable[[pl.DataFrame], pl.DataFrame]


COORDINATES = _Kind("file of coordinates", "`coordinates`", checked_coordinates)
PLACE_GROUPS = _Kind("file of place groups", "`place_groups`", checked_place_groups)
MATCH_TABLE = _Kind("table of places", "match.table", checked_match_table)


def read_coordinates(country_file: Path, country: Country) -> pl.DataFrame | None:
    """Return code, longitude and latitude of places; None where the country file names no file.

    Raises:
        CountryError: The file is not there, or not as it must be.
    """
    return _read(country_file, country.coordinates, COORDINATES)


def read_place_groups(country_file: Path, country: Country) -> pl.DataFrame | None:
    """Return which places are in which groups; None where the country file names no file.

    Raises:
        CountryError: The file is not there, or not as it must be.
    """
    return _read(country_file, country.place_groups, PLACE_GROUPS)


def read_match_table(country_file: Path, country: Country) -> pl.DataFrame | None:
    """Return code, kind and uid as a person named them; None where there is no such file.

    Raises:
        CountryError: The file is not there, or not as it must be.
    """
    return _read(country_file, country.match.table, MATCH_TABLE)


def _read(country_file: Path, name: str | None, kind: _Kind) -> pl.DataFrame | None:
    if name is None:
        return None
    path = country_file.parent / name
    try:
        return kind.check(rows_of(path.read_bytes()))
    except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise CountryError(
            f"The {kind.title} {path} cannot be read as CSV in UTF-8 ({type(error).__name__}). It "
            f"is named in the country file as {kind.setting}. Nothing was done."
        ) from error
