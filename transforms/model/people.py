"""Who DHIS2 should hold, and where.

current insuree              tracked entity with all attributes, enrollment
deleted, but in a claim      tracked entity with its Insuree ID alone, once such a claim goes
deleted                      nothing
"""

import polars as pl

from transforms.core.errors import CountryError
from transforms.openimis.country import Country
from transforms.openimis.fallback_place import homes_in
from transforms.openimis.places import org_units_among
from transforms.openimis.register import Register
from transforms.openimis.tables.places import REGION


def desired_people(register: Register, country: Country) -> pl.LazyFrame:
    """Return whom DHIS2 should hold: current insurees, and those whom a current claim names.

    Args:
        register: Of openIMIS.
        country: May name the regions of a pilot.

    Returns:
        insuree_uuid, insuree_id, is_current, family_id, `place`, `place_village`, `place_source`
        (see `transforms.openimis.homes` and `transforms.openimis.fallback_place`).

    Raises:
        CountryError: The country file names a region or place that openIMIS does not have.
    """
    claimants = register.claims.current.select("insuree_id", has_claim=pl.lit(value=True)).unique()
    people = (
        register.people.live.select("insuree_uuid", "insuree_id", "is_current")
        .join(claimants, on="insuree_id", how="left")
        .filter(pl.col("is_current") | pl.col("has_claim"))
        .join(homes_in(register, country), on="insuree_id", how="left")
    )
    return _in_pilot(people, register, country).drop("has_claim", "region_id")


def _in_pilot(located: pl.LazyFrame, register: Register, country: Country) -> pl.LazyFrame:
    if not country.regions:
        return located
    regions = (
        org_units_among(register.places)
        .filter(pl.col("location_type") == REGION.code)
        .select(region_id="location_id", code=pl.col("location_code").str.strip_chars())
        .filter(pl.col("code").is_in(country.regions))
        .collect()
    )
    if unknown := sorted(set(country.regions) - set(regions["code"])):
        raise CountryError(
            f"The country file names the regions {', '.join(unknown)}, which openIMIS does not "
            f"have. Expected are codes of locations of type R. Nothing was compared or sent."
        )
    return located.join(regions.lazy(), on="region_id", how="semi")
