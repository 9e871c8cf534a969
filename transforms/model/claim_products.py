"""The product of a claim: openIMIS keeps one of each line, DHIS2 shows one."""

import polars as pl

from transforms.openimis.register import Register


def claim_products(lines: pl.LazyFrame, register: Register) -> pl.LazyFrame:
    """Return claim_id and product_id: of the largest asked amount, then of the least code.

    Args:
        lines: claim_id, product_id and claimed_amount.
        register: Of openIMIS.
    """
    codes = register.products.live.select("product_id", "product_code")
    return (
        lines.filter(pl.col("product_id").is_not_null())
        .group_by("claim_id", "product_id")
        .agg(pl.col("claimed_amount").sum())
        .join(codes, on="product_id", how="left")
        .sort(
            "claim_id", "claimed_amount", "product_code", "product_id",
            descending=[False, True, False, False], nulls_last=True,
        )
        .unique("claim_id", keep="first", maintain_order=True)
        .select("claim_id", "product_id")
    )  # fmt: skip
