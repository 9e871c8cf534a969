"""Values of a claim that only some countries send, and that are not one column of openIMIS.

Where the country file does not ask for one, its column is not there, and nothing is made.
"""

import polars as pl

from transforms.model.claim_lines import LINE_KINDS, current_lines
from transforms.model.claims import ENTERED, REJECTED
from transforms.model.facility_values import with_org_unit
from transforms.model.rejection_reasons import with_claim_reason
from transforms.model.tables.claim import (
    CLAIM_REJECTION_REASON,
    REFERRED_FROM,
    REFERRED_TO,
    RESTORED_CLAIM,
)
from transforms.model.values import field_reason, with_notes
from transforms.openimis.register import Register
from transforms.openimis.subjects import column_of

_STATUS = "claim_status"
_REASON, _RESTORED = column_of(CLAIM_REJECTION_REASON), column_of(RESTORED_CLAIM)


def with_optional_values(claims: pl.LazyFrame, register: Register) -> pl.LazyFrame:
    """Return claims with the reason of their rejection, and the claim that each restores.

    Args:
        claims: See `transforms.model.claims.current_claims`.
        register: Of openIMIS.
    """
    columns = claims.collect_schema()
    if _RESTORED in columns:
        claims = _with_restored_claim(claims)
    if _REASON in columns:
        rejected = claims.filter(pl.col("status") == REJECTED)
        of_lines = ("claim_id", "status", "rejection_reason", "claimed_amount")
        lines = [current_lines(register, rejected, kind).select(of_lines) for kind in LINE_KINDS]
        claims = with_claim_reason(claims, pl.concat(lines))
    return claims


def as_optional_values_of_events(events: pl.LazyFrame, register: Register) -> pl.LazyFrame:
    """Return events with what each of them shows of its claim; a note is on the first one alone.

    Args:
        events: Claims that went through `with_optional_values`, once for each `claim_status`.
        register: Of openIMIS.
    """
    columns, is_first = events.collect_schema(), pl.col(_STATUS) == ENTERED
    if _RESTORED in columns:
        unknown = {field_reason(RESTORED_CLAIM, "_unknown"): is_first & pl.col("restores_unknown")}
        events = with_notes(events, unknown)
    if _REASON in columns:
        reason = pl.when(pl.col(_STATUS) == REJECTED).then(_REASON)
        events = events.with_columns(reason.alias(_REASON))
    for field in (REFERRED_FROM, REFERRED_TO):
        events = with_org_unit(events, field, register, noted=is_first)
    return events


def _with_restored_claim(claims: pl.LazyFrame) -> pl.LazyFrame:
    """Put the UUID of the claim that one restores in place of its key.

    It is looked for among the claims of the same person: openIMIS is divided by person.
    """
    others = claims.select("person", pl.col("claim_id").alias(_RESTORED), restored="claim_uuid")
    joined = claims.join(others, on=["person", _RESTORED], how="left", maintain_order="left")
    unknown = pl.col(_RESTORED).is_not_null() & pl.col("restored").is_null()
    return joined.with_columns(pl.col("restored").alias(_RESTORED), restores_unknown=unknown)
