"""Read the file of coordinates that the country file names."""

from pathlib import Path

import polars as pl

from transforms.core.errors import CountryError
from transforms.model.org_units import checked_coordinates
from transforms.openimis.country import Country


def read_coordinates(country_file: Path, country: Country) -> pl.DataFrame | None:
    """Return code, longitude and latitude of places; None where the country file names no file.

    Raises:
        CountryError: The file is not there, or not as it must be.
    """
    if country.coordinates is None:
        return None
    path = country_file.parent / country.coordinates
    try:
        return checked_coordinates(pl.read_csv(path, infer_schema=False))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise CountryError(
            f"The file of coordinates {path} cannot be read as CSV ({type(error).__name__}). It is "
            f"named in the country file as `coordinates`. Nothing was done."
        ) from error
