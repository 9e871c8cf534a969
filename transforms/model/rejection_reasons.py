"""Why a line or a claim was rejected: openIMIS's code of the reason, or what stands for none.

    line     its own code, if it is rejected
    claim    of its rejected lines, the code with the largest asked amount; else its own

openIMIS writes a code to the lines. The claim itself has one in few cases, and it says only that no
line was left.
"""

import polars as pl

from transforms.model.claims import REJECTED
from transforms.model.tables.option_sets import NO_REASON, OTHER_REASON, REJECTION_REASON

_REJECTED_LINE = 2
_LISTED = list(REJECTION_REASON.codes or ())
_CODE = pl.col("rejection_reason")


def line_reason() -> pl.Expr:
    """Return the code of a line (text); null where the line is not rejected."""
    return _code_or(pl.when(pl.col("status") == _REJECTED_LINE).then(pl.lit(NO_REASON)))


def with_claim_reason(claims: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """Return claims with the code of the reason (text) in `rejection_reason`.

    Args:
        claims: claim_id, status and rejection_reason, among others.
        lines: Their current lines: claim_id, status, rejection_reason and claimed_amount.

    Returns:
        The same rows; null where the claim is not rejected.
    """
    joined = claims.join(_main_reasons(lines), on="claim_id", how="left", maintain_order="left")
    reason = pl.coalesce("main_reason", _code_or(pl.lit(NO_REASON)))
    reason = pl.when(pl.col("status") == REJECTED).then(reason)
    return joined.with_columns(rejection_reason=reason).drop("main_reason")


def _code_or(without: pl.Expr) -> pl.Expr:
    """Return the code as text: one that openIMIS does not have is another; 0 is none."""
    code = _CODE.cast(pl.String)
    listed = pl.when(code.is_in(_LISTED)).then(code).otherwise(pl.lit(OTHER_REASON))
    return pl.when(_CODE.fill_null(0) != 0).then(listed).otherwise(without)


def _main_reasons(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Return claim_id and main_reason: of the largest asked amount, then of the least code."""
    return (
        lines.with_columns(main_reason=line_reason())
        .filter(pl.col("main_reason").is_not_null())
        .group_by("claim_id", "main_reason")
        .agg(pl.col("claimed_amount").sum(), _CODE.min())
        .sort(
            "claim_id", "claimed_amount", "rejection_reason", "main_reason",
            descending=[False, True, False, False], nulls_last=True,
        )
        .unique("claim_id", keep="first", maintain_order=True)
        .select("claim_id", "main_reason")
    )  # fmt: skip
