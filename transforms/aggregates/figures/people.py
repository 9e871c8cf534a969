"""Who counts: the people whom the tracker would hold, with what figures are divided by."""

import polars as pl

from transforms.aggregates.figures.categories import GENDERS, POVERTY_WORDS, UNKNOWN
from transforms.aggregates.figures.options import option
from transforms.model.status_order import ENDLESS
from transforms.openimis.register import Register


def people_facts(
    register: Register, people: pl.LazyFrame, districts: pl.LazyFrame, enrollments: pl.LazyFrame
) -> pl.LazyFrame:
    """Return the people, with what is known of them; of those who are deleted, only where they are.

    Args:
        register: Of openIMIS.
        people: See `transforms.model.people.desired_people`.
        districts: See `transforms.aggregates.figures.districts`.
        enrollments: Those that are not held back: key (UUID of the insuree), occurredAt.

    Returns:
        `person` (insuree_id), family_id, `place` (UUID of the district in which the person lives,
        or null), `sex`, `birth`, `poverty`, is_head, `since` (the day of the enrollment, null for
        those who have none) and `until` (endless).
    """
    insurees = register.people.current.select(
        "insuree_id", birth="date_of_birth", sex=option("gender", GENDERS)
    )
    families = register.families.live.select("family_id", poverty=option("poverty", POVERTY_WORDS))
    heads = register.heads.select("insuree_id", is_head=pl.lit(value=True))
    enrolled = enrollments.select(
        insuree_uuid="key", since=pl.col("occurredAt").str.to_date("%Y-%m-%d")
    )
    return (
        people.join(insurees, on="insuree_id", how="left")
        .join(families, on="family_id", how="left")
        .join(heads, on="insuree_id", how="left")
        .join(enrolled, on="insuree_uuid", how="left")
        .join(districts.select("district", place="uid"), on="place", how="left")
        .select(
            "family_id", "birth", "since",
            person="insuree_id",
            place="district",
            sex=pl.col("sex").fill_null(UNKNOWN),
            poverty=pl.when("is_current").then("poverty").fill_null(UNKNOWN),
            is_head=pl.col("is_head").fill_null(value=False),
            until=pl.lit(ENDLESS),
        )
    )  # fmt: skip
