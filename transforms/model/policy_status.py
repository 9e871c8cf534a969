"""Policy status events: one for each status that an insuree's policy passed.

    position  status      begins
    first     Idle/Ready  enrollment date
    entry     Active      effective date; it comes before the first active or suspended version
    entry     any other   when openIMIS replaced the version before
    last      Expired     the day after the expiry date, whatever PolicyStatus says

`transforms.model.policy_versions` says what a version and an entry are.
"""

import datetime as dt

import polars as pl

from transforms.core.memory import collect_once
from transforms.model.events import completed_events
from transforms.model.options import with_option_codes
from transforms.model.policies import DATES, insuree_policies
from transforms.model.policy_reasons import with_reasons
from transforms.model.policy_versions import (
    ACTIVE,
    EXPIRED,
    IDLE,
    SUSPENDED,
    WAITING,
    policy_entries,
    summaries,
)
from transforms.model.status_order import ENDLESS, in_order, status_until
from transforms.model.tables.policy import POLICY_FIELDS
from transforms.openimis.covers import touched_covers
from transforms.openimis.register import Register
from transforms.openimis.windows import Window, keys_in_window, mark_window, people_in_window

_FIRST, _AFTER_ALL_ENTRIES, _LAST = -1, 2**30, 2**30 + 1
_STATUS = {
    "cover_id": pl.Int64(),
    "insuree_id": pl.Int64(),
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
    register: Register,
    people: pl.LazyFrame,
    holders: pl.LazyFrame,
    *,
    as_of: dt.date,
    window: Window | None,
) -> pl.LazyFrame:
    """Return the desired policy events.

    Args:
        register: Of openIMIS.
        people: See `transforms.model.people.desired_people`.
        holders: See `transforms.model.policies.value_holders`.
        as_of: The day of the snapshot, in the source's time zone.
        window: What `in_window` asks for.

    Returns:
        The columns of *desired*; see `transforms.model.resources`.
    """
    covers = collect_once(insuree_policies(register, people, holders))
    entries = collect_once(policy_entries(register.policies.versions))
    statuses = collect_once(policy_statuses(covers, entries, as_of))
    events = (
        covers.join(statuses, on="cover_id", how="inner")
        .with_columns(
            person="insuree_uuid",
            orgUnit="place",
            policy_value=pl.when("has_value").then("policy_value"),
        )
        .pipe(with_reasons)
        .pipe(mark_window, window, _traces(register, window), "date")
        .pipe(with_option_codes, POLICY_FIELDS, register)
    )
    key = pl.format("{}:{}:{}", "cover_id", "policy_status", "nth")
    return completed_events(events, POLICY_FIELDS, key=key, parent="person")


def policy_statuses(covers: pl.LazyFrame, entries: pl.LazyFrame, as_of: dt.date) -> pl.LazyFrame:
    """Return the statuses that each insuree policy passed, with their dates.

    Args:
        covers: See `transforms.model.policies.insuree_policies`.
        entries: See `transforms.model.policy_versions.policy_entries`.
        as_of: The day of the snapshot.

    Returns:
        cover_id, `policy_status` (openIMIS's code), `nth`, `date`, `occurredAt`,
        `status_until`, `active_policies`, `is_first_time`, `is_first`, `date_not_known`,
        `never_effective` (it was active, and nobody knows since when).
    """
    dated = covers.select("cover_id", "insuree_id", "policy_id", *DATES).join(
        summaries(entries), on="policy_id", how="left"
    )
    statuses = [
        _first(dated),
        _active(dated, as_of),
        _later(dated, entries),
        _select_expired(dated, as_of),
    ]
    last_day = pl.when(pl.col("policy_status") != EXPIRED).then(pl.col("expiry_date"))
    return (
        in_order(pl.concat(statuses), "cover_id")
        .with_columns(
            status_until=status_until(pl.coalesce(last_day, pl.lit(ENDLESS))),
            is_first_time=pl.col("nth") == 1,
            is_first=pl.col("rank") == 1,
        )
        .pipe(_with_active_policies)
        .drop("insuree_id", "position", "own_date", "expiry_date", "rank", "next_date")
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
    mine = pl.col("status")
    is_first = (pl.col("entry") == 0) & mine.is_in(WAITING)
    is_first_active = (mine == ACTIVE) & (pl.col("nth") == 1)
    later = entries.filter(mine != EXPIRED, ~is_first, ~is_first_active)
    suspended_on = pl.max_horizontal("effective_date", "valid_from")
    after_expiry = (mine == SUSPENDED) & (pl.col("own_date") > pl.col("expiry_date"))
    return (
        dated.join(later, on="policy_id", how="inner")
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


def _select_expired(dated: pl.LazyFrame, as_of: dt.date) -> pl.LazyFrame:
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
        active.select("insuree_id", "date", change=pl.lit(1)),
        active.select("insuree_id", date=day_after, change=pl.lit(-1)),
        statuses.select("insuree_id", "date", change=pl.lit(0)),
    ]
    daily = (
        pl.concat(changes)
        .group_by("insuree_id", "date")
        .agg(pl.col("change").sum())
        .sort("insuree_id", "date")
        .select("insuree_id", "date", active_policies=pl.col("change").cum_sum().over("insuree_id"))
    )
    return statuses.join(daily, on=["insuree_id", "date"], how="left")


def _traces(register: Register, window: Window | None) -> list[tuple[str, pl.LazyFrame]]:
    rows = keys_in_window(register.covers, window)
    return [
        ("cover_id", touched_covers(register.current_covers, register.covers, rows)),
        ("policy_id", keys_in_window(register.policies, window)),
        ("product_id", keys_in_window(register.products, window)),
        ("insuree_id", people_in_window(register, window)),
    ]
