"""Who counts: the people whom the tracker would hold, with what figures are divided by."""

import polars as pl

from transforms.aggregates.figures.categories import GENDERS
from transforms.aggregates.figures.options import option
from transforms.openimis.register import Register


def people_facts(register: Register, people: pl.LazyFrame, districts: pl.LazyFrame) -> pl.LazyFrame:
    """Return the people who are insurees now.

    Args:
        register: Of openIMIS.
        people: See `transforms.model.people.desired_people`.
        districts: See `transforms.aggregates.figures.districts`.

    Returns:
        insuree_id, `district` (UUID of the one in which the person lives, or null), `sex`, `birth`.
    """
    of_insurees = register.people.live.select(
        "insuree_id", birth="date_of_birth", sex=option("gender", GENDERS)
    )
    return (
        people.select("insuree_id", "place")
        .join(of_insurees, on="insuree_id", how="left")
        .join(districts.rename({"uid": "place"}), on="place", how="left")
        .drop("place")
    )
