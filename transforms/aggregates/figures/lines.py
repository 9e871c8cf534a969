"""What is counted of the lines of claims: services and items, and groups of them."""

from collections.abc import Mapping

import polars as pl

from transforms.aggregates.figures.options import option
from transforms.aggregates.figures.sent import SentObjects
from transforms.core.fields import OptionSet
from transforms.model.claim_lines import ITEM_LINES, SERVICE_LINES, LineKind, current_lines
from transforms.model.options import codes_by_key
from transforms.model.rejection_reasons import line_reason
from transforms.model.tables.option_sets import ITEM, REJECTION_REASON, SERVICE
from transforms.openimis.register import Register
from transforms.openimis.service_groups import ServiceGroup

_THINGS = ((SERVICE_LINES, SERVICE, "service_id"), (ITEM_LINES, ITEM, "item_id"))
_OF_LINE = (
    "claim_id", "line_id", "policy_id", "code", "quantity", "reason", "claimed_amount",
    "approved_amount", "valuated_amount", "remunerated_amount",
)  # fmt: skip


def counted_lines(
    register: Register,
    claims: pl.LazyFrame,
    described: pl.LazyFrame,
    sent: SentObjects,
) -> pl.LazyFrame:
    """Return the lines that count.

    Args:
        register: Of openIMIS.
        claims: See `transforms.model.claims.current_claims`.
        described: See `transforms.aggregates.figures.claims.described_claims`.
        sent: What is not held back.

    Returns:
        claim_id, line_id, policy_id, `code` (of the service or item), `quantity`, the amounts,
        `is_service`, `is_rejected`, rejection_reason; of the claim `person`, `place`, facility_id,
        `day` (on which care began), date_to, product.
    """
    lines = [
        _of_kind(register, claims, kind, codes, thing).join(
            sent[kind.resource.name], on="key", how="semi"
        )
        for kind, codes, thing in _THINGS
    ]
    of_claim = described.select(
        "claim_id", "person", "place", "facility_id", "day", "date_to", "product"
    )
    reasons = REJECTION_REASON.codes or {}
    return (
        pl.concat(lines)
        .join(of_claim, on="claim_id")
        .with_columns(
            is_rejected=pl.col("reason").is_not_null(), rejection_reason=option("reason", reasons)
        )
        .drop("key", "reason")
    )


def grouped_lines(
    lines: pl.LazyFrame,
    people: pl.LazyFrame,
    services: Mapping[str, ServiceGroup],
    items: Mapping[str, ServiceGroup],
) -> pl.LazyFrame:
    """Return the lines whose code is in a group, once for each group: `code_group`, and `sex`.

    Args:
        lines: See `counted_lines`.
        people: See `transforms.aggregates.figures.people`.
        services: Key of a group to its codes of services.
        items: Key of a group to its codes of items.
    """
    members = pl.concat(
        [
            _members(groups).with_columns(is_service=pl.lit(is_service))
            for groups, is_service in ((services, True), (items, False))
        ]
    )
    return lines.join(members, on=["is_service", "code"]).join(
        people.select("person", "sex"), on="person", how="left"
    )


def _of_kind(
    register: Register, claims: pl.LazyFrame, kind: LineKind, option_set: OptionSet, thing: str
) -> pl.LazyFrame:
    codes = codes_by_key(register.codes(option_set)).select(code="listed_code", key="key")
    return (
        current_lines(register, claims, kind)
        .join(codes.rename({"key": thing}), on=thing, how="left")
        .with_columns(reason=line_reason(), quantity="quantity_provided")
        .select(
            *_OF_LINE,
            key=pl.col("line_id").cast(pl.String),
            is_service=pl.lit(kind is SERVICE_LINES),
        )
    )


def _members(groups: Mapping[str, ServiceGroup]) -> pl.LazyFrame:
    rows = [(key, code) for key, group in groups.items() for code in group.codes]
    schema = {"code_group": pl.String(), "code": pl.String()}
    return pl.LazyFrame(rows, schema=schema, orient="row")
