"""Where places are: what a CSV file of the country says."""

import polars as pl

from transforms.core.errors import CountryError
from transforms.model.values import in_one_line

COORDINATES = {"code": pl.String(), "longitude": pl.Float64(), "latitude": pl.Float64()}


def with_geometry(units: pl.LazyFrame, coordinates: pl.DataFrame | None) -> pl.LazyFrame:
    """Return org units with the point of each, as GeoJSON text; null where none is known.

    Args:
        units: own_code, among others.
        coordinates: code, longitude and latitude (degrees) of places; None: of none.

    Raises:
        CountryError: See `checked_coordinates`.
    """
    if coordinates is None:
        return units.with_columns(geometry=pl.lit(None, pl.String))
    points = checked_coordinates(coordinates).lazy().select(
        own_code="code",
        geometry=pl.concat_str(
            pl.lit('{"type":"Point","coordinates":['), "longitude", pl.lit(","), "latitude",
            pl.lit("]}"),
        ),
    )  # fmt: skip
    return units.with_columns(in_one_line("own_code")).join(points, on="own_code", how="left")


def checked_coordinates(coordinates: pl.DataFrame) -> pl.DataFrame:
    """Return `coordinates` with their columns typed, and nothing else.

    Raises:
        CountryError: A column is missing, a value is no number or out of range, or a code is
            there twice.
    """
    if missing := sorted(set(COORDINATES) - set(coordinates.columns)):
        raise CountryError(
            f"The file of coordinates has no column {', '.join(missing)}. Expected are code, "
            f"longitude and latitude. Nothing was done."
        )
    numbers = ("longitude", "latitude")
    typed = coordinates.select(
        pl.col("code").cast(pl.String).str.strip_chars(), *(_number(name) for name in numbers)
    )
    unusable = typed.filter(~_is_usable().fill_null(value=False))
    if not unusable.is_empty():
        raise CountryError(
            f"The file of coordinates has {unusable.height} lines that cannot be used: a code that "
            f"is empty or there twice, a longitude beyond 180 or a latitude beyond 90 degrees. "
            f"Correct or remove them. Nothing was done."
        )
    return typed


def _number(name: str) -> pl.Expr:
    """Return the number that a text is; some spreadsheets write a decimal comma."""
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return text.str.replace(r"^(-?\d+),(\d+)$", "${1}.${2}").cast(COORDINATES[name], strict=False)


def _is_usable() -> pl.Expr:
    return (
        (pl.col("code") != "")
        & pl.col("code").is_unique()
        & (pl.col("longitude").abs() <= 180)
        & (pl.col("latitude").abs() <= 90)
    )
