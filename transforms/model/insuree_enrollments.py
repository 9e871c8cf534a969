"""The enrollment of a person in the insuree program: since when, and whether it still holds."""

import polars as pl

from transforms.model.status_order import is_out_of_range
from transforms.model.tables.insuree import INSUREE_ID
from transforms.model.values import CODES, with_faults
from transforms.openimis.register import Register
from transforms.openimis.subjects import column_of
from transforms.openimis.windows import Window, keys_in_window, mark_window

ACTIVE, DEAD, INACTIVE = "AC", "DE", "IN"
_KEY = column_of(INSUREE_ID)


def insuree_enrollments(
    people: pl.LazyFrame, register: Register, window: Window | None
) -> pl.LazyFrame:
    """Return the desired enrollments in the insuree program: one a current insuree.

    Args:
        people: See `transforms.model.people.desired_people`.
        register: Of openIMIS.
        window: What `in_window` asks for.

    Returns:
        The columns of *desired*; `occurredAt` is the earliest day that openIMIS knows of the
        insuree. COMPLETED where the insuree is dead or inactive.
    """
    enrolled = (
        people.filter("is_current")
        .join(register.people.live.select("insuree_id", "status"), on="insuree_id", how="left")
        .join(_first_days(register), on="insuree_id", how="left")
        .with_columns(key=_KEY, person=_KEY, orgUnit="place")
    )
    judged = with_faults(
        enrolled,
        {
            "no_place": pl.col("orgUnit").is_null(),
            "insuree_without_date": pl.col("enrolled").is_null(),
            "insuree_status_unknown": _status_is_unknown(),
        },
    )
    return mark_window(judged, window, _traces(register, window)).select(
        "key",
        parent="key",
        person="person",
        orgUnit="orgUnit",
        status=pl.when(_has_left()).then(pl.lit("COMPLETED")).otherwise(pl.lit("ACTIVE")),
        occurredAt=pl.col("enrolled").dt.strftime("%Y-%m-%d"),
        faults="faults",
        notes=pl.lit([], CODES),
        in_window="in_window",
    )


def _status_is_unknown() -> pl.Expr:
    status = pl.col("status").str.strip_chars()
    return (~status.is_in(["", ACTIVE, INACTIVE, DEAD])).fill_null(value=False)


def _has_left() -> pl.Expr:
    return pl.col("status").str.strip_chars().is_in([DEAD, INACTIVE])


def _first_days(register: Register) -> pl.LazyFrame:
    """Return insuree_id and `enrolled`: the earliest of its versions and its current covers.

    A mistyped year (0203) is no day; the events of such a policy are held back.
    """
    versions = register.people.versions.select(
        "insuree_id", enrolled=pl.col("valid_from").cast(pl.Date)
    )
    return (
        pl.concat([versions, _days_of_covers(register)])
        .filter(~is_out_of_range("enrolled"))
        .group_by("insuree_id")
        .agg(pl.col("enrolled").min())
    )


def _days_of_covers(register: Register) -> pl.LazyFrame:
    policies = register.policies.live.select("policy_id", "policy_enrollment_date")
    return register.covers.current.join(policies, on="policy_id", how="left").select(
        "insuree_id", enrolled=pl.coalesce("enrollment_date", "policy_enrollment_date")
    )


def _traces(register: Register, window: Window | None) -> list[tuple[str, pl.LazyFrame]]:
    covers = register.covers
    covered = covers.live.join(keys_in_window(covers, window), on=covers.key, how="semi")
    return [
        ("insuree_id", keys_in_window(register.people, window)),
        ("insuree_id", covered.select("insuree_id").unique()),
    ]
