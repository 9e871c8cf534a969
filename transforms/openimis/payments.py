"""What a payment in `tblPremium` is: a contribution of a household, a photo fee, or funding.

openIMIS keeps what a payer gives for a product as a payment for the policy of a household that is
none (`funds.py`).
"""

import polars as pl

FUNDING = "F"
"""The pay type of funding."""


def is_photo_fee() -> pl.Expr:
    """True for what was paid for a photo."""
    return pl.col("is_photo_fee").fill_null(value=False)


def is_funding() -> pl.Expr:
    """True for what was given for a product."""
    return (pl.col("pay_type").str.strip_chars() == FUNDING).fill_null(value=False)
