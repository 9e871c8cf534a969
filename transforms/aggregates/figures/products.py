"""What products say: the code of each, its period of grace, and its ceilings."""

import polars as pl

from transforms.aggregates.figures.categories import UNKNOWN
from transforms.model.options import codes_by_key
from transforms.model.tables.option_sets import PRODUCT
from transforms.openimis.register import Register


def with_product(frame: pl.LazyFrame, register: Register) -> pl.LazyFrame:
    """Return rows with `product`: the code of what `product_id` names, a copy of a product too."""
    codes = codes_by_key(register.codes(PRODUCT)).select(product_id="key", product="listed_code")
    joined = frame.join(codes, on="product_id", how="left")
    return joined.with_columns(pl.col("product").fill_null(UNKNOWN))


def product_terms(register: Register, grace_months: int | None) -> pl.LazyFrame:
    """Return the terms of each product, under its own key and those of its copies.

    Args:
        register: Of openIMIS.
        grace_months: What the country file says for all products; None: their own.

    Returns:
        product_id, `live_product`, `grace` (months), and the limits of the register's products.
    """
    products = register.products
    keys = products.versions.select(product_id="version", live_product="product_id")
    live = products.live.drop("product_code", "product_name").rename({"product_id": "live_product"})
    own = pl.coalesce("grace_months_renewal", "grace_months_enrolment").fill_null(0)
    grace = own if grace_months is None else pl.lit(grace_months)
    return keys.join(live, on="live_product").with_columns(grace=grace.cast(pl.Int64))
