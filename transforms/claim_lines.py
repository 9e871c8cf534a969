"""Claim lines: one event a service or item, and the amounts of a claim that are made of them.

    amount       of a line                                                     shown from
    claimed      QtyProvided x PriceAsked                                       Entered
    adjusted     QtyProvided x PriceAdjusted, else PriceAsked                   Checked
    approved     QtyApproved, else QtyProvided x PriceApproved, else the above  Checked
    valuated     PriceValuated, else approved where no line of the claim has it Valuated
    remunerated  RemuneratedAmount                                              Valuated

The header amounts of a claim are never used: openIMIS computes them wrongly (each table's sum is
multiplied by the other table's count of rows).
"""

from dataclasses import dataclass

import polars as pl

from transforms.claims import CHECKED, PROCESSED, REJECTED, VALUATED
from transforms.events import completed_events
from transforms.history import is_current, resolved
from transforms.locations import Snapshot
from transforms.options import coded
from transforms.resources import CLAIM_ITEMS, CLAIM_SERVICES, Resource
from transforms.status_order import is_out_of_range
from transforms.tables import openimis
from transforms.values import CODES, with_faults

# A quantity and a price have two decimals each; polars rounds a product to the scale of its
# factors, so they are widened first. 38 digits are the most that it has.
_EXACT = pl.Decimal(38, 4)
_AMOUNTS = ("claimed_amount", "adjusted_amount", "approved_amount")
_PAYMENTS = ("valuated_amount", "remunerated_amount")
_PASSED = 1


@dataclass(frozen=True)
class LineKind:
    """Services or items.

    Attributes:
        resource: What they are in DHIS2.
        table: Where they are in openIMIS.
        status: Column of `table`: 1 passed, 2 rejected.
    """

    resource: Resource
    table: openimis.Table
    status: str


SERVICE_LINES = LineKind(CLAIM_SERVICES, openimis.CLAIM_SERVICES, "ClaimServiceStatus")
ITEM_LINES = LineKind(CLAIM_ITEMS, openimis.CLAIM_ITEMS, "ClaimItemStatus")
LINE_KINDS = (SERVICE_LINES, ITEM_LINES)


def current_lines(snapshot: Snapshot, claims: pl.LazyFrame, kind: LineKind) -> pl.LazyFrame:
    """Return the current lines of current claims, with their amounts.

    openIMIS leaves the lines of a deleted claim as they were, so the claim decides too.

    Args:
        snapshot: Of openIMIS.
        claims: See `transforms.claims.current_claims`.
        kind: Services or items.

    Returns:
        The columns of the table, with ProdID naming a live row, and ClaimStatus,
        `claimed_amount`, `adjusted_amount`, `approved_amount`, `valuated_amount`,
        `remunerated_amount` (Decimal of four places, not rounded; the last two may be null).
    """
    return (
        snapshot[kind.table.name]
        .filter(is_current())
        .join(claims.select("ClaimID", "ClaimStatus"), on="ClaimID", how="inner")
        .pipe(resolved, "ProdID", snapshot["tblProduct"], "ProdID")
        .with_columns(
            claimed_amount=_product("QtyProvided", "PriceAsked"),
            adjusted_amount=_product("QtyProvided", pl.coalesce("PriceAdjusted", "PriceAsked")),
            approved_amount=pl.when(_passed(kind)).then(_approved()).otherwise(0),
            valuated_amount=pl.col("PriceValuated").cast(_EXACT),
            remunerated_amount=pl.col("RemuneratedAmount").cast(_EXACT),
        )
    )


def claim_amounts(snapshot: Snapshot, claims: pl.LazyFrame) -> pl.LazyFrame:
    """Return the amounts and the product of each claim that has a line.

    Args:
        snapshot: Of openIMIS.
        claims: See `transforms.claims.current_claims`.

    Returns:
        ClaimID; `claimed_amount`, `adjusted_amount`, `approved_amount`, `valuated_amount` and
        `remunerated_amount` (Decimal, rounded to two places; the last is null where no line has
        one); `has_valuation` (a line has PriceValuated); ProdID (null where no line has one).
    """
    shown = ("ClaimID", "ProdID", *_AMOUNTS, *_PAYMENTS)
    # One under the other, never joined: a join would multiply services by items.
    lines = pl.concat([current_lines(snapshot, claims, kind).select(shown) for kind in LINE_KINDS])
    sums = lines.group_by("ClaimID").agg(
        *(pl.col(name).sum() for name in _AMOUNTS),
        *(pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()) for name in _PAYMENTS),
    )
    return (
        sums.with_columns(
            has_valuation=pl.col("valuated_amount").is_not_null(),
            valuated_amount=pl.coalesce("valuated_amount", "approved_amount"),
        )
        .with_columns(_rounded(name) for name in (*_AMOUNTS, *_PAYMENTS))
        .join(_products(lines, snapshot), on="ClaimID", how="left")
    )


def line_events(
    snapshot: Snapshot, claims: pl.LazyFrame, amounts: pl.LazyFrame, kind: LineKind
) -> pl.LazyFrame:
    """Return the desired events of services or items.

    Args:
        snapshot: Of openIMIS.
        claims: See `transforms.claims.current_claims`.
        amounts: See `claim_amounts`.
        kind: Services or items.

    Returns:
        The columns of *desired*; see `transforms.resources`.
    """
    fields = kind.resource.fields
    owners = _with_strays(snapshot, claims, kind)
    described = owners.select(
        "ClaimID", "ClaimUUID", "person", "orgUnit", "DateFrom", "faults", "notes", "in_window"
    )
    lines = (
        current_lines(snapshot, owners, kind)
        .join(described, on="ClaimID", how="inner")
        .join(amounts.select("ClaimID", "has_valuation"), on="ClaimID", how="left")
        .with_columns(_amounts_by_status())
        .with_columns(
            quantity="QtyProvided",
            price="PriceAsked",
            deductible_amount="DeductableAmount",
            exceeded_ceiling_amount=_exceeded_ceiling(),
            occurredAt=pl.col("DateFrom").dt.strftime("%Y-%m-%d"),
            sequence=pl.col(kind.table.key).rank("ordinal").over("ClaimID"),
        )
        .pipe(coded, fields, snapshot)
        .pipe(with_faults, _faults())
    )
    key = pl.col(kind.table.key).cast(pl.String)
    return completed_events(lines, fields, key=key, parent="ClaimUUID")


def _with_strays(snapshot: Snapshot, claims: pl.LazyFrame, kind: LineKind) -> pl.LazyFrame:
    """Return `claims` with a row for each that lines name and openIMIS does not have."""
    strays = (
        snapshot[kind.table.name]
        .filter(is_current())
        .join(snapshot["tblClaim"], on="ClaimID", how="anti")
        .select("ClaimID")
        .unique()
        .pipe(with_faults, {"claim_line_claim_unknown": pl.lit(value=True)})
        .with_columns(notes=pl.lit([], CODES), in_window=pl.lit(value=True))
    )
    return pl.concat([claims, strays], how="diagonal")


def _product(quantity: str | pl.Expr, price: str | pl.Expr) -> pl.Expr:
    factors = [pl.col(part) if isinstance(part, str) else part for part in (quantity, price)]
    return (factors[0].cast(_EXACT) * factors[1].cast(_EXACT)).fill_null(0)


def _approved() -> pl.Expr:
    # coalesce keeps a quantity or price of 0, which a reviewer has set.
    return _product(
        pl.coalesce("QtyApproved", "QtyProvided"),
        pl.coalesce("PriceApproved", "PriceAdjusted", "PriceAsked"),
    )


def _passed(kind: LineKind) -> pl.Expr:
    without_reason = pl.col("RejectionReason").fill_null(0) == 0
    is_passed = (pl.col(kind.status) == _PASSED).fill_null(value=False)
    return is_passed & without_reason & pl.col("ClaimStatus").ne_missing(pl.lit(REJECTED))


def _rounded(name: str) -> pl.Expr:
    return pl.col(name).round(2, mode="half_away_from_zero")


def _products(lines: pl.LazyFrame, snapshot: Snapshot) -> pl.LazyFrame:
    """Return ClaimID and ProdID: the product with the largest asked amount, then the least code."""
    codes = snapshot["tblProduct"].select("ProdID", "ProductCode")
    return (
        lines.filter(pl.col("ProdID") != 0)
        .group_by("ClaimID", "ProdID")
        .agg(pl.col("claimed_amount").sum())
        .join(codes, on="ProdID", how="left")
        .sort(
            "ClaimID", "claimed_amount", "ProductCode", "ProdID",
            descending=[False, True, False, False], nulls_last=True,
        )
        .unique("ClaimID", keep="first", maintain_order=True)
        .select("ClaimID", "ProdID")
    )  # fmt: skip


def _amounts_by_status() -> list[pl.Expr]:
    """Return the amounts of a line as far as its claim has come."""
    now = pl.col("ClaimStatus")
    is_checked = now.is_in((CHECKED, PROCESSED, VALUATED, REJECTED))
    nothing = pl.when(now == REJECTED).then(pl.lit(0, _EXACT))
    valuated = pl.when("has_valuation").then("valuated_amount").otherwise("approved_amount")
    return [
        pl.when(is_checked).then(_rounded("adjusted_amount")),
        pl.when(is_checked).then(_rounded("approved_amount")),
        nothing.when(now == VALUATED)
        .then(valuated)
        .round(2, mode="half_away_from_zero")
        .alias("valuated_amount"),
        nothing.when(now == VALUATED).then("remunerated_amount").alias("remunerated_amount"),
    ]


def _exceeded_ceiling() -> pl.Expr:
    parts = ("ExceedCeilingAmount", "ExceedCeilingAmountCategory")
    is_known = pl.any_horizontal(pl.col(part).is_not_null() for part in parts)
    return pl.when(is_known).then(pl.sum_horizontal(parts))


def _faults() -> dict[str, pl.Expr]:
    return {
        "claim_visit_date_missing": pl.col("DateFrom").is_null(),
        "claim_visit_date_out_of_range": is_out_of_range("DateFrom"),
    }
