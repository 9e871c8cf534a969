"""Claim lines: one event a service or item, and the amounts of a claim that are made of them.

    amount       of a line                                                     shown from
    claimed      QtyProvided x PriceAsked                                       Entered
    adjusted     QtyProvided x PriceAdjusted, else PriceAsked                   Checked
    approved     QtyApproved, else QtyProvided x PriceApproved, else the above  Checked
    valuated     PriceValuated, else approved where no line of the claim has it Valuated
    remunerated  RemuneratedAmount                                              Valuated

    approved_amount          of a line, whatever the status of its claim
    total_approved_amount    of a claim: the sum of its lines
    shown_approved_amount    of either, as far as the status shows it: what DHIS2 will hold

The header amounts of a claim are never used: openIMIS computes them wrongly (each table's sum is
multiplied by the other table's count of rows; of packages it sums what the contents would cost).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from operator import attrgetter

import polars as pl

from transforms.core.fields import Field
from transforms.model.claim_products import claim_products
from transforms.model.claims import CHECKED, PROCESSED, REJECTED, VALUATED
from transforms.model.events import completed_events
from transforms.model.optional_fields import without_unsent
from transforms.model.options import with_option_codes
from transforms.model.package_contents import with_package_contents
from transforms.model.rejection_reasons import line_reason
from transforms.model.resources import CLAIM_ITEMS, CLAIM_SERVICES, Resource
from transforms.model.status_order import is_out_of_range
from transforms.model.tables.claim import REPLACING_CLAIMS
from transforms.model.values import CODES, with_faults
from transforms.openimis.register import Register
from transforms.openimis.rows import Rows
from transforms.openimis.subjects import column_of

# A quantity and a price have two decimals each; polars rounds a product to the scale of its
# factors, so they are widened first. 38 digits are the most that it has.
_EXACT = pl.Decimal(38, 4)
_AMOUNTS = ("claimed_amount", "adjusted_amount", "approved_amount")
_PAYMENTS = ("valuated_amount", "remunerated_amount")
_PASSED = 1
_OF_CLAIM = (
    "claim_id", "claim_uuid", "person", "orgUnit", "date_from", "faults", "notes", "in_window",
    column_of(REPLACING_CLAIMS),
)  # fmt: skip


@dataclass(frozen=True)
class LineKind:
    """Services or items.

    Attributes:
        resource: What they are in DHIS2.
        rows: Takes them from the register.
    """

    resource: Resource
    rows: Callable[[Register], Rows]


SERVICE_LINES = LineKind(CLAIM_SERVICES, attrgetter("services"))
ITEM_LINES = LineKind(CLAIM_ITEMS, attrgetter("items"))
LINE_KINDS = (SERVICE_LINES, ITEM_LINES)


def current_lines(register: Register, claims: pl.LazyFrame, kind: LineKind) -> pl.LazyFrame:
    """Return the current lines of current claims, with their amounts.

    openIMIS leaves the lines of a deleted claim as they were, so the claim decides too.

    Args:
        register: Of openIMIS.
        claims: See `transforms.model.claims.current_claims`.
        kind: Services or items.

    Returns:
        The register's columns of the line, and `claim_status` (openIMIS's code),
        `claimed_amount`, `adjusted_amount`, `approved_amount`, `valuated_amount`,
        `remunerated_amount` (Decimal of four places, not rounded; the last two may be null).
    """
    return (
        kind.rows(register)
        .current.join(
            claims.select("claim_id", claim_status="status"), on="claim_id", nulls_equal=True
        )
        .with_columns(
            claimed_amount=_product("quantity_provided", "price_asked"),
            adjusted_amount=_product(
                "quantity_provided", pl.coalesce("price_adjusted", "price_asked")
            ),
            approved_amount=pl.when(_is_passed()).then(_approved_amount()).otherwise(0),
            valuated_amount=pl.col("price_valuated").cast(_EXACT),
            remunerated_amount=pl.col("remunerated_amount").cast(_EXACT),
        )
    )


def claim_amounts(register: Register, claims: pl.LazyFrame) -> pl.LazyFrame:
    """Return the amounts and the product of each claim that has a line.

    Args:
        register: Of openIMIS.
        claims: See `transforms.model.claims.current_claims`.

    Returns:
        claim_id; the sums `total_claimed_amount`, `total_adjusted_amount`, `total_approved_amount`,
        `total_valuated_amount` and `total_remunerated_amount` (Decimal, rounded to two places; the
        last is null where no line has one); `has_valuation` (a line has price_valuated);
        product_id (null where no line has one).
    """
    shown = ("claim_id", "product_id", *_AMOUNTS, *_PAYMENTS)
    # One under the other, never joined: a join would multiply services by items.
    lines = pl.concat([current_lines(register, claims, kind).select(shown) for kind in LINE_KINDS])
    sums = lines.group_by("claim_id").agg(
        *(pl.col(name).sum().alias(f"total_{name}") for name in _AMOUNTS),
        *(
            pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(f"total_{name}")
            for name in _PAYMENTS
        ),
    )
    return (
        sums.with_columns(
            has_valuation=pl.col("total_valuated_amount").is_not_null(),
            total_valuated_amount=pl.coalesce("total_valuated_amount", "total_approved_amount"),
        )
        .with_columns(_round(f"total_{name}") for name in (*_AMOUNTS, *_PAYMENTS))
        .join(claim_products(lines, register), on="claim_id", how="left")
    )


def line_events(
    register: Register,
    claims: pl.LazyFrame,
    amounts: pl.LazyFrame,
    kind: LineKind,
    unsent: Collection[Field] = (),
) -> pl.LazyFrame:
    """Return the desired events of services or items.

    Args:
        register: Of openIMIS.
        claims: See `transforms.model.claims.current_claims`.
        amounts: See `claim_amounts`.
        kind: Services or items.
        unsent: Fields for which nothing is made.

    Returns:
        The columns of *desired*; see `transforms.model.resources`.
    """
    fields = kind.resource.fields
    sent = [field for field in fields if field not in unsent]
    owners = _with_strays(register, claims, kind)
    described = owners.select(pl.selectors.by_name(_OF_CLAIM, require_all=False))
    lines = (
        current_lines(register, owners, kind)
        .join(described, on="claim_id", nulls_equal=True)
        .join(amounts.select("claim_id", "has_valuation"), on="claim_id", how="left")
        .with_columns(_amounts_by_status())
        .with_columns(
            quantity="quantity_provided",
            price="price_asked",
            exceeded_ceiling_amount=_exceeded_ceiling(),
            occurredAt=pl.col("date_from").dt.strftime("%Y-%m-%d"),
            sequence=pl.col("line_id").rank("ordinal").over("claim_id"),
            line_rejection_reason=line_reason(),
        )
        .pipe(without_unsent, fields, unsent)
        .pipe(with_package_contents, sent, register)
        .pipe(with_option_codes, fields, register)
        .pipe(with_faults, _faults())
    )
    key = pl.col("line_id").cast(pl.String)
    return completed_events(lines, fields, key=key, parent="claim_uuid")


def _with_strays(register: Register, claims: pl.LazyFrame, kind: LineKind) -> pl.LazyFrame:
    """Return `claims` with a row for each that lines name and openIMIS does not have, or none."""
    strays = (
        kind.rows(register)
        .current.join(register.claims.versions, left_on="claim_id", right_on="version", how="anti")
        .select("claim_id")
        .unique()
        .pipe(with_faults, {"claim_line_claim_unknown": pl.lit(value=True)})
        .with_columns(notes=pl.lit([], CODES), in_window=pl.lit(value=True))
    )
    return pl.concat([claims, strays], how="diagonal")


def _product(quantity: str | pl.Expr, price: str | pl.Expr) -> pl.Expr:
    factors = [pl.col(part) if isinstance(part, str) else part for part in (quantity, price)]
    return (factors[0].cast(_EXACT) * factors[1].cast(_EXACT)).fill_null(0)


def _approved_amount() -> pl.Expr:
    # coalesce keeps a quantity or price of 0, which a reviewer has set.
    return _product(
        pl.coalesce("quantity_approved", "quantity_provided"),
        pl.coalesce("price_approved", "price_adjusted", "price_asked"),
    )


def _is_passed() -> pl.Expr:
    without_reason = pl.col("rejection_reason").fill_null(0) == 0
    is_passed = (pl.col("status") == _PASSED).fill_null(value=False)
    return is_passed & without_reason & pl.col("claim_status").ne_missing(pl.lit(REJECTED))


def _round(name: str) -> pl.Expr:
    return pl.col(name).round(2, mode="half_away_from_zero")


def _amounts_by_status() -> list[pl.Expr]:
    """Return the amounts of a line as far as its claim has come, each `shown_…`."""
    now = pl.col("claim_status")
    is_checked = now.is_in((CHECKED, PROCESSED, VALUATED, REJECTED))
    nothing = pl.when(now == REJECTED).then(pl.lit(0, _EXACT))
    valuated = pl.when("has_valuation").then("valuated_amount").otherwise("approved_amount")
    return [
        pl.when(is_checked).then(_round("adjusted_amount")).alias("shown_adjusted_amount"),
        pl.when(is_checked).then(_round("approved_amount")).alias("shown_approved_amount"),
        nothing.when(now == VALUATED)
        .then(valuated)
        .round(2, mode="half_away_from_zero")
        .alias("shown_valuated_amount"),
        nothing.when(now == VALUATED).then("remunerated_amount").alias("shown_remunerated_amount"),
    ]


def _exceeded_ceiling() -> pl.Expr:
    parts = ("exceeded_ceiling", "exceeded_ceiling_of_category")
    has_any = pl.any_horizontal(pl.col(part).is_not_null() for part in parts)
    return pl.when(has_any).then(pl.sum_horizontal(parts))


def _faults() -> dict[str, pl.Expr]:
    return {
        "claim_visit_date_missing": pl.col("date_from").is_null(),
        "claim_visit_date_out_of_range": is_out_of_range("date_from"),
    }
