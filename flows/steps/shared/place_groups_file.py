"""Read the file of place groups that the country file names."""

from pathlib import Path

import polars as pl

from transforms.core.errors import CountryError
from transforms.openimis.country import Country
from transforms.openimis.place_groups import checked_place_groups

SEPARATORS = (",", ";", "\t")
"""Spreadsheets write what is usual in their language; no code of ours holds any of them."""


def read_place_groups(country_file: Path, country: Country) -> pl.DataFrame | None:
    """Return which places are in which groups; None where the country file names no file.

    Raises:
        CountryError: The file is not there, or not as it must be.
    """
    if country.place_groups is None:
        return None
    path = country_file.parent / country.place_groups
    try:
        rows = pl.read_csv(path, infer_schema=False, separator=_separator(path))
        return checked_place_groups(rows)
    except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        raise CountryError(
            f"The file of place groups {path} cannot be read as CSV in UTF-8 "
            f"({type(error).__name__}). It is named in the country file as `place_groups`. Nothing "
            f"was done."
        ) from error


def _separator(path: Path) -> str:
    """Return the separator of the first line: the one that it has most of."""
    with path.open(encoding="utf-8-sig") as file:
        first = file.readline()
    return max(SEPARATORS, key=first.count)
