"""Policy status events: one for each status that an insuree's policy passed.

    position  status      begins
    first     Idle/Ready  enrollment date
    entry     Active      effective date; it comes before the first active or suspended version
    entry     any other   when openIMIS replaced the version before
    last      Expired     the day after the expiry date, whatever PolicyStatus says

A version is a history row of the policy, or its live row; an entry is a version whose status is
not that of the version before.
"""

import datetime as dt

import polars as pl

from transforms.events import completed_events
from transforms.history import is_current, live_key, live_rows, resolved
from transforms.locations import Snapshot
from transforms.memory import held
from transforms.options import coded
from transforms.status_order import ENDLESS, in_order, is_out_of_range, status_until
from transforms.tables.policy import POLICY_FIELDS
from transforms.values import with_faults, with_notes
from transforms.windows import Window, marked, touched, touched_people

IDLE, ACTIVE, SUSPENDED, EXPIRED, READY = 1, 2, 4, 8, 16
STATUSES = (IDLE, ACTIVE, SUSPENDED, EXPIRED, READY)
WAITING = (IDLE, READY)

_FIRST, _AFTER_ALL_ENTRIES, _LAST = -1, 2**30, 2**30 + 1
_DATES = ("enrollment_date", "start_date", "effective_date", "expiry_date")
_STATUS = {
    "InsureePolicyID": pl.Int64(),
    "InsureeID": pl.Int64(),
    "policy_status": pl.Int32(),
    "nth": pl.Int64(),
    "position": pl.Int64(),
    "own_date": pl.Date(),
    "expiry_date": pl.Date(),
    "date_not_known": pl.Boolean(),
    "never_effective": pl.Boolean(),
}
_USUAL = {
    "nth": pl.lit(1),
    "date_not_known": pl.lit(value=False),
    "never_effective": pl.lit(value=False),
}


def policy_events(
    snapshot: Snapshot,
    people: pl.LazyFrame,
    heads: pl.LazyFrame,
    *,
    as_of: dt.date,
    window: Window | None,
) -> pl.LazyFrame:
    """Return the desired policy events.

    Args:
        snapshot: Of openIMIS.
        people: The people that are wanted: InsureeID (of the live row), InsureeUUID, `place`
            (org unit UID) and is_current.
        heads: The head of each family that has one: FamilyID and InsureeID, of live rows.
        as_of: The day of the snapshot, in the source's time zone.
        window: What `in_window` asks for.

    Returns:
        The columns of *desired*; see `transforms.resources`.
    """
    covers = held(insuree_policies(snapshot, people, heads))
    entries = held(policy_entries(snapshot["tblPolicy"]))
    statuses = held(policy_statuses(covers, entries, as_of))
    events = (
        covers.join(statuses, on="InsureePolicyID", how="inner")
        .with_columns(
            person="InsureeUUID",
            orgUnit="place",
            policy_value=pl.when("has_value").then("PolicyValue"),
        )
        .pipe(_judged)
        .pipe(marked, window, _traces(snapshot, window), "date")
        .pipe(coded, POLICY_FIELDS, snapshot)
    )
    key = pl.format("{}:{}:{}", "InsureePolicyID", "policy_status", "nth")
    return completed_events(events, POLICY_FIELDS, key=key, parent="person")


def insuree_policies(snapshot: Snapshot, people: pl.LazyFrame, heads: pl.LazyFrame) -> pl.LazyFrame:
    """Return the current insuree policies of current people and current policies.

    One whose person or policy does not exist at all is there too: it will be a reject.

    Args:
        snapshot: Of openIMIS.
        people: See `policy_events`.
        heads: See `policy_events`.

    Returns:
        InsureePolicyID; InsureeID, InsureeUUID, `place` of the person; PolicyId, PolicyUUID,
        PolicyStage, PolicyValue, ProdID of the policy; `enrollment_date`, `start_date`,
        `effective_date`, `expiry_date` (the insuree policy's, else the policy's); `has_value`
        (one of a policy's members carries its value); `insuree_known`, `policy_known`,
        `status_is_known`.
    """
    insurees = snapshot["tblInsuree"]
    known = live_rows(insurees, "InsureeID").select("InsureeID", insuree_known=pl.lit(value=True))
    current = people.filter("is_current").select("InsureeID", "InsureeUUID", "place")
    rows = snapshot["tblInsureePolicy"].filter(is_current())
    return (
        rows.pipe(resolved, "InsureeID", insurees, "InsureeID")
        .pipe(resolved, "PolicyId", snapshot["tblPolicy"], "PolicyID")
        .join(known, on="InsureeID", how="left")
        .join(current, on="InsureeID", how="left")
        .join(_policies(snapshot), on="PolicyId", how="left")
        .filter(_is_true_or_null("policy_is_current"))
        .filter(pl.col("InsureeUUID").is_not_null() | pl.col("insuree_known").is_null())
        .pipe(_with_value_holder, heads)
        .select(
            "InsureePolicyID", "InsureeID", "InsureeUUID", "place", "insuree_known",
            "PolicyId", "PolicyUUID", "PolicyStage", "PolicyValue", "ProdID", "has_value",
            enrollment_date=pl.coalesce("EnrollmentDate", "EnrollDate"),
            start_date=pl.coalesce("StartDate", "policy_start"),
            effective_date=pl.coalesce("EffectiveDate", "policy_effective"),
            expiry_date=pl.coalesce("ExpiryDate", "policy_expiry"),
            policy_known=pl.col("policy_is_current").is_not_null(),
            status_is_known="status_is_known",
        )
    )  # fmt: skip


def policy_entries(policies: pl.LazyFrame) -> pl.LazyFrame:
    """Return each change of status that openIMIS kept of a policy, oldest first.

    Args:
        policies: `tblPolicy`, live and history rows.

    Returns:
        PolicyId (key of the live row), `entry` (0 for the first), PolicyStatus, `nth` (which time
        the policy is in that status), `entered_on` (Date; when the version before was replaced;
        null for the first), `valid_from` (Date).
    """
    mine = pl.col("PolicyStatus")
    return (
        policies.filter(mine.is_in(STATUSES))
        .with_columns(PolicyId=live_key("PolicyID"))
        # Versions are in order of ValidityTo: ValidityFrom does not move with every change.
        .sort("PolicyId", "ValidityTo", "PolicyID", nulls_last=True)
        .select(
            "PolicyId",
            "PolicyStatus",
            before=mine.shift().over("PolicyId"),
            entered_on=pl.col("ValidityTo").shift().over("PolicyId").dt.date(),
            valid_from=pl.col("ValidityFrom").dt.date(),
        )
        .filter(mine.ne_missing(pl.col("before")))
        .with_columns(
            entry=pl.int_range(pl.len()).over("PolicyId"),
            nth=pl.int_range(1, pl.len() + 1).over("PolicyId", "PolicyStatus"),
        )
        .with_columns(nth=pl.col("nth") + _times_not_kept())
        .drop("before")
    )


def policy_statuses(covers: pl.LazyFrame, entries: pl.LazyFrame, as_of: dt.date) -> pl.LazyFrame:
    """Return the statuses that each insuree policy passed, with their dates.

    Args:
        covers: See `insuree_policies`.
        entries: See `policy_entries`.
        as_of: The day of the snapshot.

    Returns:
        InsureePolicyID, `policy_status` (openIMIS's code), `nth`, `date`, `occurredAt`,
        `status_until`, `active_policies`, `is_first_time`, `date_not_known`,
        `never_effective` (it was active, and nobody knows since when).
    """
    dated = covers.select("InsureePolicyID", "InsureeID", "PolicyId", *_DATES).join(
        _summaries(entries), on="PolicyId", how="left"
    )
    statuses = [
        _first(dated),
        _active(dated, as_of),
        _later(dated, entries),
        _expired(dated, as_of),
    ]
    last_day = pl.when(pl.col("policy_status") != EXPIRED).then(pl.col("expiry_date"))
    return (
        in_order(pl.concat(statuses), "InsureePolicyID")
        .with_columns(
            status_until=status_until(pl.coalesce(last_day, pl.lit(ENDLESS))),
            is_first_time=pl.col("nth") == 1,
        )
        .pipe(_with_active_policies)
        .drop("InsureeID", "position", "own_date", "expiry_date", "rank", "next_date")
    )


def _policies(snapshot: Snapshot) -> pl.LazyFrame:
    rows = snapshot["tblPolicy"]
    return (
        live_rows(rows, "PolicyID")
        .pipe(resolved, "FamilyID", snapshot["tblFamilies"], "FamilyID")
        .select(
            pl.col("PolicyID").alias("PolicyId"), "PolicyUUID", "PolicyStage", "PolicyValue",
            "ProdID", "FamilyID", "EnrollDate",
            policy_start="StartDate",
            policy_effective="EffectiveDate",
            policy_expiry="ExpiryDate",
            policy_is_current=is_current(),
            status_is_known=pl.col("PolicyStatus").is_in(STATUSES).fill_null(value=False),
        )
    )  # fmt: skip


def _is_true_or_null(column: str) -> pl.Expr:
    return pl.col(column).fill_null(value=True)


def _with_value_holder(covers: pl.LazyFrame, heads: pl.LazyFrame) -> pl.LazyFrame:
    """Add `has_value`: the family's head if the policy covers him, else the least key."""
    key = pl.col("InsureePolicyID")
    joined = covers.join(
        heads.select("FamilyID", head="InsureeID"), on="FamilyID", how="left"
    ).with_columns(is_head=(pl.col("InsureeID") == pl.col("head")).fill_null(value=False))
    holders = joined.group_by("PolicyId").agg(
        holder=pl.coalesce(key.filter("is_head").min(), key.min())
    )
    return joined.join(holders, on="PolicyId", how="left").with_columns(
        has_value=(key == pl.col("holder")).fill_null(value=False)
    )


def _times_not_kept() -> pl.Expr:
    """How often a policy was in a status that it had, though no version says so.

    Every policy begins as Idle or Ready, and one that is suspended was active before.
    """
    mine, entry = pl.col("PolicyStatus"), pl.col("entry")
    began_otherwise = ~mine.first().is_in(WAITING).over("PolicyId")
    suspended_first = (
        entry.filter(mine == SUSPENDED).min() < entry.filter(mine == ACTIVE).min()
    ).over("PolicyId")
    not_kept = (
        pl.when(mine == IDLE).then(began_otherwise).when(mine == ACTIVE).then(suspended_first)
    )
    return not_kept.fill_null(value=False).cast(pl.Int64)


def _summaries(entries: pl.LazyFrame) -> pl.LazyFrame:
    mine, entry = pl.col("PolicyStatus"), pl.col("entry")
    return entries.group_by("PolicyId").agg(
        first_status=mine.first(),
        live_status=mine.last(),
        live_entered_on=pl.col("entered_on").last(),
        live_valid_from=pl.col("valid_from").last(),
        active_entry=entry.filter(mine.is_in((ACTIVE, SUSPENDED))).min(),
    )


def _was_active() -> pl.Expr:
    is_expired = (pl.col("live_status") == EXPIRED).fill_null(value=False)
    return pl.col("active_entry").is_not_null() | is_expired


def _first(dated: pl.LazyFrame) -> pl.LazyFrame:
    begun = pl.col("first_status")
    return dated.select(
        *_status(
            policy_status=pl.when(begun.is_in(WAITING)).then(begun).otherwise(IDLE),
            position=pl.lit(_FIRST),
            own_date=pl.col("enrollment_date"),
            never_effective=pl.col("active_entry").is_not_null()
            & pl.col("effective_date").is_null(),
        )
    )


def _active(dated: pl.LazyFrame, as_of: dt.date) -> pl.LazyFrame:
    return dated.filter(_was_active() & (pl.col("effective_date") <= as_of)).select(
        *_status(
            policy_status=pl.lit(ACTIVE),
            position=(2 * pl.col("active_entry")).fill_null(_AFTER_ALL_ENTRIES),
            own_date=pl.col("effective_date"),
        )
    )


def _later(dated: pl.LazyFrame, entries: pl.LazyFrame) -> pl.LazyFrame:
    mine = pl.col("PolicyStatus")
    is_first = (pl.col("entry") == 0) & mine.is_in(WAITING)
    is_first_active = (mine == ACTIVE) & (pl.col("nth") == 1)
    later = entries.filter(mine != EXPIRED, ~is_first, ~is_first_active)
    suspended_on = pl.max_horizontal("effective_date", "valid_from")
    after_expiry = (mine == SUSPENDED) & (pl.col("own_date") > pl.col("expiry_date"))
    return (
        dated.join(later, on="PolicyId", how="inner")
        .with_columns(own_date=pl.coalesce(pl.col("entered_on"), suspended_on))
        .filter(~after_expiry.fill_null(value=False))
        .select(
            *_status(
                policy_status=mine,
                nth=pl.col("nth"),
                position=2 * pl.col("entry") + 1,
                own_date=pl.col("own_date"),
                date_not_known=pl.col("entered_on").is_null(),
            )
        )
    )


def _expired(dated: pl.LazyFrame, as_of: dt.date) -> pl.LazyFrame:
    expiry = pl.col("expiry_date")
    undated = expiry.is_null() & (pl.col("live_status") == EXPIRED)
    return dated.filter((expiry < as_of) | undated).select(
        *_status(
            policy_status=pl.lit(EXPIRED),
            position=pl.lit(_LAST),
            own_date=pl.coalesce(
                expiry + pl.duration(days=1), "live_entered_on", "live_valid_from"
            ),
            date_not_known=undated & pl.col("live_entered_on").is_null(),
        )
    )


def _status(**made: pl.Expr) -> list[pl.Expr]:
    """Return the columns that every kind of status has: as made, else as by default."""
    made = _USUAL | made
    return [made.get(name, pl.col(name)).cast(dtype).alias(name) for name, dtype in _STATUS.items()]


def _with_active_policies(statuses: pl.LazyFrame) -> pl.LazyFrame:
    """Add how many policies of the person are active at the end of the status's first day."""
    active = statuses.filter(pl.col("policy_status") == ACTIVE)
    day_after = pl.max_horizontal("date", pl.col("status_until") + pl.duration(days=1))
    changes = [
        active.select("InsureeID", "date", change=pl.lit(1)),
        active.select("InsureeID", date=day_after, change=pl.lit(-1)),
        statuses.select("InsureeID", "date", change=pl.lit(0)),
    ]
    daily = (
        pl.concat(changes)
        .group_by("InsureeID", "date")
        .agg(pl.col("change").sum())
        .sort("InsureeID", "date")
        .select("InsureeID", "date", active_policies=pl.col("change").cum_sum().over("InsureeID"))
    )
    return statuses.join(daily, on=["InsureeID", "date"], how="left")


def _judged(events: pl.LazyFrame) -> pl.LazyFrame:
    faults = {
        "insuree_policy_insuree_unknown": pl.col("insuree_known").is_null(),
        "insuree_policy_policy_unknown": ~pl.col("policy_known"),
        "policy_status_unknown": ~pl.col("status_is_known"),
        "policy_enrollment_date_missing": pl.col("date").is_null(),
        "policy_date_out_of_range": is_out_of_range(*_DATES),
    }
    notes = {
        "policy_status_date_not_known": pl.col("date_not_known"),
        "policy_effective_date_missing": pl.col("never_effective"),
    }
    return events.pipe(with_faults, faults).pipe(with_notes, notes)


def _traces(snapshot: Snapshot, window: Window | None) -> list[tuple[str, pl.LazyFrame]]:
    return [
        ("InsureePolicyID", touched(snapshot["tblInsureePolicy"], "InsureePolicyID", window)),
        ("PolicyId", touched(snapshot["tblPolicy"], "PolicyID", window)),
        ("ProdID", touched(snapshot["tblProduct"], "ProdID", window)),
        ("InsureeID", touched_people(snapshot, window)),
    ]
