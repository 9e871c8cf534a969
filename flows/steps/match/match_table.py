"""Read the table of places and org units that the country file names."""

from pathlib import Path

import polars as pl

from transforms.core.errors import CountryError
from transforms.matching.match_table import checked_match_table
from transforms.openimis.country import Country


def read_match_table(country_file: Path, country: Country) -> pl.DataFrame | None:
    """Return code, kind and uid as a person named them; None where there is no such file.

    Raises:
        CountryError: The file is not there, or not as it must be.
    """
    if country.match.table is None:
        return None
    path = country_file.parent / country.match.table
    try:
        return checked_match_table(pl.read_csv(path, infer_schema=False))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise CountryError(
            f"The table of places {path} cannot be read as CSV ({type(error).__name__}). It is "
            f"named in the country file as match.table. Nothing was done."
        ) from error
