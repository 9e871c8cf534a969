"""Policies of the families, year after year, the members' insuree policies, and the premiums.

Idle until the premium is paid, or Ready where the product says so; then Active, sometimes
Suspended (and Active again), at last Expired by the nightly update, which leaves no history and is
not always done.
"""

from datetime import timedelta
from typing import Final

import polars as pl

from tests.support.openimis_sample import schema
from tests.support.openimis_sample.plan import AUDIT_USER, Plan, Table, money, numbered, where

IDLE, ACTIVE, SUSPENDED, EXPIRED, READY = 1, 2, 4, 8, 16

_LIVES: Final = {
    "paid": 78,
    "paid at once": 8,
    "ready": 6,
    "suspended": 2,
    "suspended for a while": 2,
    "never paid": 2,
    "ready for ever": 1,
    "corrected": 2,
}
"""What became of a policy, and how often."""

_PASSED: Final = {
    "paid": (IDLE,),
    "paid at once": (),
    "ready": (IDLE, READY),
    "suspended": (IDLE, ACTIVE),
    "suspended for a while": (IDLE, ACTIVE, SUSPENDED),
    "never paid": (),
    "ready for ever": (IDLE,),
    "corrected": (IDLE, ACTIVE),
}
"""The statuses of the history rows, in order."""

_REACHED: Final = {
    "paid": ACTIVE,
    "paid at once": ACTIVE,
    "ready": ACTIVE,
    "suspended": SUSPENDED,
    "suspended for a while": ACTIVE,
    "never paid": IDLE,
    "ready for ever": READY,
    "corrected": ACTIVE,
}

_PATHS: Final = pl.DataFrame(
    [
        {"life": life, "passed": at, "reached": status}
        for life, passed in _PASSED.items()
        for at, status in enumerate((*passed, _REACHED[life]))
    ],
    schema={"life": pl.String, "passed": pl.Int32, "reached": pl.Int64},
)
"""The status that a policy is in after so many changes."""

_STRAGGLERS: Final = 0.05
"""Policies past their expiry date whose status the nightly update has not set."""


def policies(plan: Plan, families: Table, products: Table, officers: Table) -> Table:
    """tblPolicy, with its history; also the columns `life` and `begin`, dropped at the end."""
    years = _years(plan, families.live)
    chance, count = plan.chance, years.height
    product = chance.picks("family product", families.live.height, products.live["ProdID"])
    by_family = families.live.select("FamilyID", ProdID=product)
    rows = numbered(years.join(by_family, on="FamilyID", maintain_order="left"), "PolicyID")
    rows = rows.with_columns(
        life=chance.choices("policy life", count, _LIVES),
        paid_after=chance.integers("paid after", count, 0, 25),
        told_before=chance.integers("enrolled before", count, 0, 20),
        OfficerID=chance.picks("policy officer", count, officers.live["OfficerID"]),
        PolicyStage=pl.when(pl.col("year") == 0).then(pl.lit("N")).otherwise(pl.lit("R")),
        isOffline=pl.lit(False),
        AuditUserID=pl.lit(AUDIT_USER),
        PolicyValue=money(100_000 + pl.col("ProdID") * 25_050),
    )
    table = Table("tblPolicy", _dated(plan, rows))
    _keep_statuses(plan, table)
    _settle(plan, table)
    return table


def insuree_policies(plan: Plan, policies_: pl.DataFrame, insurees: pl.DataFrame) -> Table:
    """tblInsureePolicy: one for each member and policy of the family that he lived to see."""
    members = insurees.select(
        "FamilyID",
        "InsureeID",
        entered=pl.col("entered").dt.date(),
        died="ValidityTo",
        IsHead="IsHead",
    )
    pairs = policies_.join(members, on="FamilyID", maintain_order="left_right")
    known = pl.col("IsHead") | (pl.col("begin") <= pl.col("ExpiryDate").fill_null(plan.as_of))
    alive = pl.col("died").is_null() | (pl.col("died").dt.date() > pl.col("StartDate"))
    rows = numbered(pairs.filter(known & alive), "InsureePolicyID")
    table = Table("tblInsureePolicy", _member_dates(plan, rows))
    _keep_corrections(plan, table)
    return table


def premiums(plan: Plan, policies_: pl.DataFrame) -> Table:
    """tblPremium: one for each policy that was paid."""
    paid = policies_.filter(pl.col("EffectiveDate").is_not_null())
    rows = numbered(
        paid.select(
            "PolicyID",
            "ValidityTo",
            Amount="PolicyValue",
            PayDate="EffectiveDate",
            CreatedDate="EffectiveDate",
            ValidityFrom=pl.col("EffectiveDate").cast(schema.TIMESTAMP) + pl.duration(hours=9),
        ),
        "PremiumId",
    ).with_columns(
        Receipt=pl.format("RE{}", pl.col("PremiumId")),
        PayType=plan.chance.choices("pay type", paid.height, {"C": 6, "M": 3, "B": 1}),
        isPhotoFee=pl.lit(False),
        isOffline=pl.lit(False),
        AuditUserID=pl.lit(AUDIT_USER),
    )
    return Table("tblPremium", rows)


def _years(plan: Plan, families: pl.DataFrame) -> pl.DataFrame:
    """One row a family and policy year: renewed with 85 %, at times some weeks late."""
    chance = plan.chance
    grid = families.select(
        "FamilyID", "joined", gone="ValidityTo"
    ).join(pl.DataFrame({"year": [0, 1, 2, 3]}), how="cross")  # fmt: skip
    renewed = chance.happens("renewed", grid.height, 0.85)
    late = where(
        chance.happens("late", grid.height, 0.3), chance.integers("late by", grid.height, 1, 40), 0
    )
    grid = grid.with_columns(renewed=(pl.col("year") == 0) | renewed, late=late)
    begin = pl.col("joined") + pl.duration(
        days=365 * pl.col("year") + pl.col("late").cum_sum().over("FamilyID")
    )
    wanted = pl.col("renewed").cum_prod().over("FamilyID").cast(pl.Boolean)
    not_gone = pl.col("gone").is_null() | (pl.col("gone").dt.date() > pl.col("begin"))
    return (
        grid.with_columns(begin=begin)
        .filter(wanted, not_gone, pl.col("begin") <= plan.as_of + timedelta(days=15))
        .select("FamilyID", "year", "begin", "gone")
    )  # fmt: skip


def _dated(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """Enrolled before it starts, in force when paid, a year long; null dates where not in force."""
    told = pl.col("begin") - pl.duration(days=pl.col("told_before"))
    enrolled = pl.min_horizontal(told, pl.lit(plan.as_of))
    in_force = ~pl.col("life").is_in(["never paid", "ready for ever"])
    at_once = pl.col("life") == "paid at once"
    paid = pl.col("begin") + pl.duration(days=pl.col("paid_after"))
    rows = rows.with_columns(
        EnrollDate=enrolled,
        StartDate=pl.col("begin"),
        EffectiveDate=pl.when(at_once)
        .then("begin")
        .when(in_force & (paid <= plan.as_of))
        .then(paid),
        ExpiryDate=pl.col("begin") + pl.duration(days=364),
        creationDate=enrolled,
    )
    entered = plan.moments("policy entered", rows["EnrollDate"])
    return rows.with_columns(ValidityFrom=entered, ValidityTo=pl.lit(None, schema.TIMESTAMP))


def _keep_statuses(plan: Plan, table: Table) -> None:
    """A history row for each status that a policy left before the sample's end.

    Its `ValidityTo` is the moment of the change; ValidityFrom stays the policy's.
    """
    table.live = table.live.with_columns(passed=pl.lit(0, pl.Int32))
    for at in range(3):
        status = {life: passed[at] for life, passed in _PASSED.items() if len(passed) > at}
        change = _moment_of_change(plan, at)
        rows = table.live.filter(pl.col("life").is_in(list(status)), pl.col("passed") == at)
        rows = rows.with_columns(moment=change).filter(pl.col("moment") < plan.end)
        left = pl.col("life").replace_strict(status, return_dtype=pl.Int64)
        in_force = left.is_in([ACTIVE, SUSPENDED])
        before = rows.with_columns(
            PolicyStatus=left, EffectiveDate=pl.when(in_force).then("EffectiveDate")
        )
        table.keep_versions(before, before["moment"])
        done = pl.col("PolicyID").is_in(rows["PolicyID"].implode())
        table.live = table.live.with_columns(
            passed=pl.when(done).then(pl.lit(at + 1, pl.Int32)).otherwise("passed")
        )


def _moment_of_change(plan: Plan, at: int) -> pl.Expr:
    """The first change is the payment (or the approval), the later ones follow within the year."""
    first = pl.coalesce("EffectiveDate", pl.col("begin") + pl.duration(days=5))
    ready = pl.col("life") == "ready"
    second = pl.when(ready).then(first).otherwise(pl.col("begin") + pl.duration(days=90))
    first = pl.when(ready).then(pl.col("begin") - pl.duration(days=1)).otherwise(first)
    day = [first, second, pl.col("begin") + pl.duration(days=150)][at]
    day = pl.max_horizontal(day, "EnrollDate").cast(schema.TIMESTAMP)
    return (day + pl.duration(hours=17 + at, milliseconds=pl.col("PolicyID") % 3_000_000)).cast(
        schema.TIMESTAMP
    )


def _settle(plan: Plan, table: Table) -> None:
    """The live status: what was reached by now, Expired after the date but for the stragglers."""
    live, chance = table.live, plan.chance
    live = live.join(_PATHS, on=["life", "passed"], how="left", maintain_order="left")
    over = (live["ExpiryDate"] < plan.as_of) & ~chance.happens(
        "straggler", live.height, _STRAGGLERS
    )
    deleted = chance.happens("policy deleted", live.height, 0.01) | live["gone"].is_not_null()
    moment = pl.max_horizontal(
        pl.coalesce("gone", pl.col("ValidityFrom").dt.offset_by("3h")), "ValidityFrom"
    )
    live = live.with_columns(
        PolicyStatus=pl.when(pl.lit(over)).then(EXPIRED).otherwise("reached"),
        ValidityTo=pl.when(pl.lit(deleted)).then(pl.min_horizontal(moment, pl.lit(plan.end))),
    )
    gone = live.filter(pl.col("ValidityTo").is_not_null())
    table.keep_versions(gone, gone["ValidityTo"] - timedelta(milliseconds=23))
    table.live = live.with_columns(ValidityFrom=pl.coalesce("ValidityTo", "ValidityFrom"))


def _keep_corrections(plan: Plan, table: Table) -> None:
    """One in a hundred was enrolled a week earlier at first: history, ValidityFrom unmoved."""
    corrected = plan.chance.happens("insuree policy corrected", table.live.height, 0.01)
    rows = table.live.filter(corrected, pl.col("ValidityTo").is_null())
    before = rows.with_columns(EnrollmentDate=pl.col("EnrollmentDate").dt.offset_by("-7d"))
    table.keep_versions(before, rows["ValidityFrom"].dt.offset_by("2h"))


def _member_dates(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The policy's dates, but for late members; effective null while the policy is not paid."""
    chance, count = plan.chance, rows.height
    late = ~rows["IsHead"] & (rows["entered"] > rows["StartDate"])
    late = late & (rows["entered"] < rows["ExpiryDate"])
    started = where(late, rows["entered"], rows["StartDate"])
    unknown = chance.happens("no enrolment date", count, 0.01)
    effective = pl.max_horizontal(pl.col("EffectiveDate"), pl.lit(started))
    gone = pl.min_horizontal("ValidityTo", "died")
    return rows.select(
        "InsureePolicyID",
        "InsureeID",
        "life",
        "ProdID",
        PolicyId="PolicyID",
        EnrollmentDate=pl.when(pl.lit(~unknown)).then(pl.when(pl.lit(late)).then("entered").otherwise("EnrollDate")),
        StartDate=pl.lit(started),
        EffectiveDate=pl.when(pl.col("EffectiveDate").is_not_null()).then(effective),
        ExpiryDate="ExpiryDate",
        isOffline=pl.lit(False),
        AuditUserID=pl.lit(AUDIT_USER),
        ValidityFrom=pl.coalesce(gone, "ValidityFrom"),
        ValidityTo=gone,
    )  # fmt: skip
