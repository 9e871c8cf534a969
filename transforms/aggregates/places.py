"""Where the figures of each place go in DHIS2, and in which district it lies."""

import polars as pl

from transforms.aggregates.figures.districts import districts_of
from transforms.openimis.country import Country
from transforms.openimis.places import org_units_among
from transforms.openimis.register import Register


def org_units_of_places(
    register: Register, placement: pl.DataFrame | None, country: Country
) -> pl.DataFrame:
    """Return the org unit of every district and health facility, and that of the country.

    Args:
        register: Of openIMIS.
        placement: Where each place goes (`transforms.matching.placement.PLACEMENT`); None where org
            units are made of openIMIS's places.
        country: Names the org unit of the country, which is a place of that name.

    Returns:
        place (UUID), orgUnit (UID, or null where what lies there is held back), district (UUID).
    """
    locations = org_units_among(register.places).select("uid", place="location_uuid")
    facilities = org_units_among(register.facilities).select("uid", place="facility_uuid")
    places = pl.concat([locations, facilities]).join(districts_of(register, country), on="uid")
    if placement is None:
        return _each_once(places.select("place", "district", orgUnit="uid"), country)
    goes = placement.lazy().select(uid="place", orgUnit="org_unit")
    placed = places.join(goes, on="uid", how="left")
    return _each_once(placed.select("place", "district", "orgUnit"), country)


def _each_once(places: pl.LazyFrame, country: Country) -> pl.DataFrame:
    """Return the places whose UUID no other has: nobody can tell two others apart."""
    root = pl.DataFrame({"place": [country.root.uid], "orgUnit": [country.root.uid]})
    once = places.unique().collect().filter(pl.len().over("place") == 1)
    return pl.concat([once, root], how="diagonal")
