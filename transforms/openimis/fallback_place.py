"""Where people are of whom openIMIS knows no place: where the country file says.

Day workers, and others who were entered without a family, have neither village nor claim.
"""

import polars as pl

from transforms.core.errors import CountryError
from transforms.openimis.country import Country
from transforms.openimis.frames import Frames
from transforms.openimis.places import org_units_among

COUNTRY_FILE = "country_file"
"""The `place_source` of such people; see `transforms.openimis.homes`."""


def fallback_in(register: Frames, country: Country) -> pl.LazyFrame:
    """Return the place of the country file: place (UID of its org unit); no row if it names none.

    Raises:
        CountryError: See `homes_in`.
    """
    named = country.fallback_place
    places = [] if named is None else [_place(register.places, named)["uid"]]
    return pl.LazyFrame({"place": places}, schema={"place": pl.String})


def homes_in(register: Frames, country: Country) -> pl.LazyFrame:
    """Return the place of every insuree, deleted ones included.

    Args:
        register: Of openIMIS, or of a part of the people.
        country: May name the place of those of whom openIMIS knows none.

    Returns:
        The columns of `transforms.openimis.homes.homes_of`. The place of the country file is
        nobody's village.

    Raises:
        CountryError: openIMIS has not just one place of the code that the country file names.
    """
    if country.fallback_place is None:
        return register.homes
    fallback = _place(register.places, country.fallback_place)
    is_without = pl.col("place").is_null()
    return register.homes.with_columns(
        place=pl.coalesce("place", pl.lit(fallback["uid"])),
        place_source=pl.when(is_without).then(pl.lit(COUNTRY_FILE)).otherwise("place_source"),
        region_id=pl.coalesce("region_id", pl.lit(fallback["region_id"])),
    )


def _place(places: pl.LazyFrame, code: str) -> dict[str, object]:
    is_named = pl.col("location_code").str.strip_chars() == code
    found = org_units_among(places).filter("is_current", is_named).collect()
    if len(found) != 1:
        raise CountryError(
            f"The country file names {code!r} as fallback_place, and openIMIS has {len(found)} "
            f"current locations of that code below a region. Expected is the code of one. Nothing "
            f"was compared or sent."
        )
    return found.row(0, named=True)
