"""What policies paid, and on which day that used up a ceiling of their product.

    ceiling     of        for               of the product
    policy      policy    all care          MaxPolicy, more for members above its threshold
    insuree     member    all care          MaxInsuree
    … of both   the same  hospital care     Max…IP…
    … of both   the same  any other care    Max…OP…

What is hospital care, CeilingInterpretation of the product says: that of hospitals (H), or of stays
that are longer than a day.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import polars as pl

from transforms.model.claims import VALUATED
from transforms.openimis.places import org_units_among
from transforms.openimis.register import Register
from transforms.openimis.tables.places import HOSPITAL

BENEFITS: Final[dict[str, pl.DataType]] = {
    "policy_id": pl.Int64(),
    "person": pl.Int64(),
    "day": pl.Date(),
    "at_hospital": pl.Boolean(),
    "stayed": pl.Boolean(),
    "amount": pl.Decimal(38, 4),
}
"""Schema of what policies paid."""


@dataclass(frozen=True)
class Ceiling:
    """A limit of a product.

    Attributes:
        part: What its column is called by: `_ip` for hospital care, `_op` for other care.
        of: Columns of what may not be paid more for.
        name: Of what it is, in its column.
        only: The care that it is for.
    """

    part: str
    of: tuple[str, ...]
    name: str
    only: pl.Expr

    @property
    def column(self) -> str:
        """Its column in the register's products."""
        return f"max{self.part}_{self.name}"


_IS_HOSPITAL_CARE = (
    pl.when(pl.col("ceiling_interpretation").str.strip_chars() == HOSPITAL.code)
    .then("at_hospital")
    .otherwise("stayed")
)
_CARE = {"": pl.lit(value=True), "_ip": _IS_HOSPITAL_CARE, "_op": ~_IS_HOSPITAL_CARE}
_CEILINGS: Final = tuple(
    Ceiling(part, of, name, only)
    for part, only in _CARE.items()
    for name, of in {"policy": ("policy_id",), "insuree": ("policy_id", "person")}.items()
)


def benefits(register: Register, lines: pl.LazyFrame, by_status: pl.LazyFrame) -> pl.LazyFrame:
    """Return what policies paid for the claims of some people: the columns of `BENEFITS`.

    Args:
        register: Of openIMIS.
        lines: See `transforms.aggregates.figures.lines.counted_lines`.
        by_status: See `transforms.aggregates.figures.claims.claims_by_status`.
    """
    hospitals = org_units_among(register.facilities).select(
        "facility_id", at_hospital=pl.col("facility_level") == HOSPITAL.code
    )
    paid = by_status.filter(pl.col("status") == VALUATED).select("claim_id", paid_on="day")
    stayed = (pl.col("date_to") > pl.col("day")).fill_null(value=False)
    amount = pl.coalesce("remunerated_amount", "valuated_amount", "approved_amount")
    return (
        lines.filter(pl.col("policy_id").is_not_null())
        .join(paid, on="claim_id")
        .join(hospitals, on="facility_id", how="left")
        .with_columns(stayed=stayed, at_hospital=pl.col("at_hospital").fill_null(value=False))
        .group_by("policy_id", "person", "at_hospital", "stayed", day="paid_on")
        .agg(amount=amount.sum().cast(BENEFITS["amount"]))
        .select(*BENEFITS)
    )


def of_policies_at_work(paid: pl.LazyFrame, since: dt.date) -> pl.LazyFrame:
    """Return all that was paid by policies that paid something on a day or after it."""
    at_work = paid.filter(pl.col("day") >= since).select("policy_id").unique()
    return paid.join(at_work, on="policy_id", how="semi")


def full_ceilings(paid: pl.LazyFrame, policies: pl.LazyFrame) -> pl.LazyFrame:
    """Return the policies of which a ceiling was used up: policy_id, and the first such `day`.

    Args:
        paid: See `benefits`; of everybody.
        policies: policy_id, `members` (how many people it covers), and the limits of its product.
    """
    of_policies = paid.join(policies, on="policy_id")
    days = [_days(of_policies, each) for each in _CEILINGS]
    return pl.concat(days).group_by("policy_id").agg(pl.col("day").min())


def _days(paid: pl.LazyFrame, ceiling: Ceiling) -> pl.LazyFrame:
    limit = _limit(ceiling)
    total = pl.col("amount").cum_sum().over(ceiling.of, order_by="day")
    return (
        paid.filter(ceiling.only.fill_null(value=False), limit > 0)
        .filter(total >= limit)
        .select("policy_id", "day")
    )


def _limit(ceiling: Ceiling) -> pl.Expr:
    limit = pl.col(ceiling.column)
    if ceiling.name != "policy":
        return limit
    over = (pl.col("members") - pl.col("member_threshold")).clip(0)
    more = pl.col(f"max_policy_extra_member{ceiling.part}") * over.cast(pl.Decimal(18, 0))
    most = pl.col(f"max_ceiling_policy{ceiling.part}")
    raised = limit + more.fill_null(0)
    return pl.when(most > 0).then(pl.min_horizontal(raised, most)).otherwise(raised)
