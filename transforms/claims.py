"""Claims: which are wanted, whose they are and where, and their enrollments.

A claim is an enrollment of its insuree at the claiming facility; it is COMPLETED from the start,
since DHIS2 lets a person have one active enrollment in a program only.
"""

import datetime as dt

import polars as pl

from transforms.history import is_current, live_rows, resolved
from transforms.locations import Snapshot, health_facilities
from transforms.status_order import is_out_of_range
from transforms.tables.openimis import CLAIM_ITEMS, CLAIM_SERVICES, Table
from transforms.values import with_faults, with_notes
from transforms.windows import Window, marked, touched, touched_people

REJECTED, ENTERED, CHECKED, PROCESSED, VALUATED = 1, 2, 4, 8, 16
STATUSES = (ENTERED, CHECKED, PROCESSED, VALUATED, REJECTED)

# The day of the snapshot is UTC's; the clerk's may be the next one already.
TIME_ZONES = dt.timedelta(days=1)

_STAMPS = ("SubmitStamp", "ProcessStamp", "ValidityFromReview")


def current_claims(
    snapshot: Snapshot, people: pl.LazyFrame, *, as_of: dt.date, window: Window | None
) -> pl.LazyFrame:
    """Return the current claims of the people that are wanted.

    A claim whose insuree does not exist at all is there too: it will be a reject.

    Args:
        snapshot: Of openIMIS.
        people: The people that are wanted: InsureeID (of the live row), InsureeUUID and
            `place_village` (org unit UID; null if the person's place is a facility).
        as_of: The day of the snapshot, in the source's time zone.
        window: What `in_window` asks for.

    Returns:
        The columns of `tblClaim`, with InsureeID naming a live row, and `person` (InsureeUUID),
        `orgUnit` (UID of the facility), `insuree_village`, RunDate (of its batch run), `faults`
        (those that hold back all of the claim), `notes`, `in_window`.
    """
    insurees = snapshot["tblInsuree"]
    known = live_rows(insurees, "InsureeID").select("InsureeID", insuree_known=pl.lit(value=True))
    runs = snapshot["tblBatchRun"].select("RunID", "RunDate").unique("RunID", keep="any")
    wanted = people.select("InsureeID", person="InsureeUUID", insuree_village="place_village")
    return (
        snapshot["tblClaim"]
        .filter(is_current())
        .pipe(resolved, "InsureeID", insurees, "InsureeID")
        .pipe(resolved, "HFID", snapshot["tblHF"], "HfID")
        .join(known, on="InsureeID", how="left")
        .join(wanted, on="InsureeID", how="left")
        .filter(pl.col("person").is_not_null() | pl.col("insuree_known").is_null())
        .join(_facilities(snapshot), on="HFID", how="left")
        .join(runs, on="RunID", how="left")
        .pipe(with_faults, _faults(as_of))
        .pipe(with_notes, {})
        .pipe(marked, window, _traces(snapshot, window), "RunDate")
    )


def claim_enrollments(claims: pl.LazyFrame) -> pl.LazyFrame:
    """Return the desired claim enrollments.

    Args:
        claims: See `current_claims`.

    Returns:
        The columns of *desired*; see `transforms.resources`.
    """
    return claims.select(
        pl.col("ClaimUUID").alias("key"),
        pl.col("person").alias("parent"),
        "person",
        "orgUnit",
        pl.lit("COMPLETED").alias("status"),
        pl.col("DateClaimed").dt.strftime("%Y-%m-%d").alias("occurredAt"),
        "faults",
        "notes",
        "in_window",
    )


def _facilities(snapshot: Snapshot) -> pl.LazyFrame:
    # A facility without a level is no org unit: it lies below no region.
    placed = health_facilities(snapshot).filter(pl.col("level").is_not_null())
    return placed.select(HFID="HfID", orgUnit="uid")


def _faults(as_of: dt.date) -> dict[str, pl.Expr]:
    return {
        "claim_insuree_unknown": pl.col("insuree_known").is_null(),
        "claim_facility_unknown": pl.col("orgUnit").is_null(),
        "claim_status_unknown": ~pl.col("ClaimStatus").is_in(STATUSES).fill_null(value=False),
        "claim_date_missing": pl.col("DateClaimed").is_null(),
        "claim_date_out_of_range": is_out_of_range("DateClaimed"),
        "claim_date_in_future": pl.col("DateClaimed") > as_of + TIME_ZONES,
    }


def _traces(snapshot: Snapshot, window: Window | None) -> list[tuple[str, pl.LazyFrame]]:
    return [
        ("ClaimID", touched(snapshot["tblClaim"], "ClaimID", window, *_STAMPS)),
        ("ClaimID", _touched_by_line(snapshot, CLAIM_SERVICES, window)),
        ("ClaimID", _touched_by_line(snapshot, CLAIM_ITEMS, window)),
        ("InsureeID", touched_people(snapshot, window)),
    ]


def _touched_by_line(snapshot: Snapshot, table: Table, window: Window | None) -> pl.LazyFrame:
    rows = snapshot[table.name]
    lines = touched(rows, table.key, window)
    return rows.join(lines, on=table.key, how="semi").select("ClaimID").unique()
