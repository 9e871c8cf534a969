"""The people in DHIS2: tracked entities with their attributes.

A person who is deleted in openIMIS, but named by a claim, has the Insuree ID alone, and waits for
such a claim: `kept_for_claims.py`.
"""

from collections.abc import Collection

import polars as pl

from transforms.model.facility_values import with_org_unit
from transforms.model.options import with_option_codes
from transforms.model.resources import TRACKED_ENTITIES
from transforms.model.tables.insuree import CHFID, FIRST_SERVICE_POINT, INSURANCE_NUMBER, INSUREE_ID
from transforms.model.values import LONGEST_ATTRIBUTE, render_values, with_faults, with_notes
from transforms.openimis.fallback_place import COUNTRY_FILE
from transforms.openimis.homes import CURRENT_VILLAGE
from transforms.openimis.register import Register
from transforms.openimis.subjects import column_of
from transforms.openimis.windows import Window, keys_in_window, mark_window

NUMBER = INSURANCE_NUMBER.key
ALIKE = {NUMBER: (CHFID.key, NUMBER)}
"""A number to all values that are the same one."""


def tracked_entities(
    people: pl.LazyFrame, register: Register, window: Window | None
) -> pl.LazyFrame:
    """Return the desired tracked entities, with the values as text, not yet treated for privacy.

    Args:
        people: See `transforms.model.people.desired_people`.
        register: Of openIMIS.
        window: What `in_window` asks for.

    Returns:
        The columns of *desired*; see `transforms.model.resources`.
    """
    fields = TRACKED_ENTITIES.fields
    working = _with_families(_with_insurees(people, register), register)
    is_assumed = pl.col("place_source") == COUNTRY_FILE
    working = with_notes(
        working, {"current_village_unknown": _is_elsewhere(), "place_assumed": is_assumed}
    )
    working = with_org_unit(working, FIRST_SERVICE_POINT, register)
    working = with_option_codes(working, fields, register, holds_back=False)
    traces = [
        ("insuree_id", keys_in_window(register.people, window)),
        ("family_id", keys_in_window(register.families, window)),
    ]
    working = mark_window(_with_place(working), window, traces)
    return render_values(working, fields, longest=LONGEST_ATTRIBUTE, holds_back=False).select(
        "key",
        *_nulls("parent"),
        "person",
        "orgUnit",
        *_nulls("status", "occurredAt"),
        *(field.key for field in fields),
        "faults",
        "notes",
        "in_window",
    )


def settle_numbers(
    desired: pl.LazyFrame, doubled: pl.LazyFrame, numbers: Collection[str] = (NUMBER,)
) -> pl.LazyFrame:
    """Return tracked entities without the numbers that are held back, and with a note of it.

    Args:
        desired: Desired tracked entities, of any partition.
        doubled: Who gets no number: key, and `number`, the key of which.
        numbers: Keys of the numbers that one person alone may have.
    """
    for number in numbers:
        desired = _without_doubled(desired, doubled.filter(number=number), number)
    return desired


def _without_doubled(desired: pl.LazyFrame, doubled: pl.LazyFrame, number: str) -> pl.LazyFrame:
    held_back = desired.join(
        doubled.select("key", is_double=pl.lit(value=True)),
        on="key",
        how="left",
        maintain_order="left",
    )
    is_double = pl.col("is_double").fill_null(value=False)
    if number == NUMBER:
        noted = with_notes(held_back, {"insurance_number_double": is_double})
    else:
        noted = with_notes(held_back, {"number_double": is_double})
    return noted.with_columns(
        pl.when(~is_double).then(name).alias(name) for name in ALIKE.get(number, (number,))
    ).drop("is_double")


def _with_insurees(people: pl.LazyFrame, register: Register) -> pl.LazyFrame:
    """Add the columns of insurees and is_head; those who are not current have neither."""
    insurees = register.people.current.drop("insuree_uuid", "family_id")
    is_head = register.heads.select("insuree_id", is_head=pl.lit(value=True))
    return (
        people.join(insurees, on="insuree_id", how="left")
        .join(is_head, on="insuree_id", how="left")
        .with_columns(is_head=pl.when("is_current").then(pl.col("is_head").fill_null(value=False)))
    )


def _with_families(working: pl.LazyFrame, register: Register) -> pl.LazyFrame:
    """Add the columns of families for those who are current."""
    families = register.families.live.drop("head_id", "location_id", "is_current").rename(
        {"family_id": "_family"}
    )
    named = working.with_columns(_family=pl.when("is_current").then("family_id"))
    joined = named.join(families, on="_family", how="left", maintain_order="left")
    missing = pl.col("_family").is_not_null() & pl.col("family_uuid").is_null()
    return with_notes(joined, {"family_missing": missing})


def _with_place(working: pl.LazyFrame) -> pl.LazyFrame:
    key = column_of(INSUREE_ID)
    named = working.with_columns(key=key, person=key, orgUnit="place")
    return with_faults(named, {"no_place": pl.col("orgUnit").is_null()})


def _is_elsewhere() -> pl.Expr:
    """True where a person has a current village, and is not there."""
    has_village = pl.col("current_village_id").is_not_null()
    return has_village & pl.col("place_source").ne_missing(pl.lit(CURRENT_VILLAGE))


def _nulls(*columns: str) -> list[pl.Expr]:
    return [pl.lit(None, pl.String).alias(column) for column in columns]
