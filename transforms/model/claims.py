"""Claims: which are persons, whose they are and where, and their enrollments.

A claim is an enrollment of its insuree at the claiming facility; it is COMPLETED from the start,
since DHIS2 lets a person have one active enrollment in a program only.
"""

import datetime as dt

import polars as pl

from transforms.model.status_order import is_out_of_range
from transforms.model.values import with_faults, with_notes
from transforms.openimis.places import org_units_among
from transforms.openimis.register import Register
from transforms.openimis.rows import Rows
from transforms.openimis.windows import Window, keys_in_window, mark_window, people_in_window

REJECTED, ENTERED, CHECKED, PROCESSED, VALUATED = 1, 2, 4, 8, 16
STATUSES = (ENTERED, CHECKED, PROCESSED, VALUATED, REJECTED)

# The day of the snapshot is UTC's; the clerk's may be the next one already.
TIME_ZONES = dt.timedelta(days=1)

_STAMPS = ("submit_stamp", "process_stamp", "review_stamp")


def current_claims(
    register: Register, people: pl.LazyFrame, *, as_of: dt.date, window: Window | None
) -> pl.LazyFrame:
    """Return the current claims of the people that are persons.

    A claim whose insuree does not exist at all is there too: it will be a reject.

    Args:
        register: Of openIMIS.
        people: See `transforms.model.people.desired_people`.
        as_of: The day of the snapshot, in the source's time zone.
        window: What `in_window` asks for.

    Returns:
        The register's columns of claims, and `person` (UUID), `orgUnit` (UID of the facility),
        `insuree_village` (UID; null if the person's place is a facility), run_date (of its batch
        run), `faults` (those that hold back all of the claim), `notes`, `in_window`.
    """
    existing = register.people.live.select("insuree_id", insuree_exists=pl.lit(value=True))
    persons = people.select("insuree_id", person="insuree_uuid", insuree_village="place_village")
    sites = org_units_among(register.facilities).select("facility_id", orgUnit="uid")
    return (
        register.claims.current.join(existing, on="insuree_id", how="left")
        .join(persons, on="insuree_id", how="left")
        .filter(pl.col("person").is_not_null() | pl.col("insuree_exists").is_null())
        .join(sites, on="facility_id", how="left")
        .join(_runs(register), on="batch_run_id", how="left")
        .pipe(with_faults, _faults(as_of))
        .pipe(with_notes, {})
        .pipe(mark_window, window, _traces(register, window), "run_date")
    )


def claim_enrollments(claims: pl.LazyFrame) -> pl.LazyFrame:
    """Return the desired claim enrollments.

    Args:
        claims: See `current_claims`.

    Returns:
        The columns of *desired*; see `transforms.model.resources`.
    """
    return claims.select(
        pl.col("claim_uuid").alias("key"),
        pl.col("person").alias("parent"),
        "person",
        "orgUnit",
        pl.lit("COMPLETED").alias("status"),
        pl.col("date_claimed").dt.strftime("%Y-%m-%d").alias("occurredAt"),
        "faults",
        "notes",
        "in_window",
    )


def _runs(register: Register) -> pl.LazyFrame:
    """Return batch_run_id and run_date: a claim names a run by the number that it had."""
    runs = register.batch_runs.versions
    return runs.select("run_date", batch_run_id="version").unique("batch_run_id", keep="any")


def _faults(as_of: dt.date) -> dict[str, pl.Expr]:
    return {
        "claim_insuree_unknown": pl.col("insuree_exists").is_null(),
        "claim_facility_unknown": pl.col("orgUnit").is_null(),
        "claim_status_unknown": ~pl.col("status").is_in(STATUSES).fill_null(value=False),
        "claim_date_missing": pl.col("date_claimed").is_null(),
        "claim_date_out_of_range": is_out_of_range("date_claimed"),
        "claim_date_in_future": pl.col("date_claimed") > as_of + TIME_ZONES,
    }


def _traces(register: Register, window: Window | None) -> list[tuple[str, pl.LazyFrame]]:
    return [
        ("claim_id", keys_in_window(register.claims, window, *_STAMPS)),
        ("claim_id", _touched_by_line(register.services, window)),
        ("claim_id", _touched_by_line(register.items, window)),
        ("insuree_id", people_in_window(register, window)),
    ]


def _touched_by_line(lines: Rows, window: Window | None) -> pl.LazyFrame:
    touched_lines = keys_in_window(lines, window)
    return lines.live.join(touched_lines, on=lines.key, how="semi").select("claim_id").unique()
