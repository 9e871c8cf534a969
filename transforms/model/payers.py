"""Who paid: the type of the payer alone, since a payer may be a person."""

import polars as pl

from transforms.model.tables.option_sets import NO_PAYER
from transforms.model.values import with_notes
from transforms.openimis.register import Register
from transforms.openimis.tables.columns import PAYERS


def with_payers(paid: pl.LazyFrame, register: Register, unknown: str) -> pl.LazyFrame:
    """Add `payer_type`: openIMIS's code, or that of no payer where none is named.

    Args:
        paid: Payments, with payer_id.
        register: Of openIMIS; where it does not read payers, nothing is added.
        unknown: The note of a payment that names a payer who does not exist.
    """
    if PAYERS.name not in register.snapshot:
        return with_notes(paid, {})
    payers = register.payers.live.select("payer_id", "payer_type", has_payer=pl.lit(value=True))
    names_one = pl.col("payer_id").is_not_null()
    is_unknown = names_one & pl.col("has_payer").is_null()
    return (
        paid.join(payers, on="payer_id", how="left")
        .with_columns(payer_type=pl.when(names_one).then("payer_type").otherwise(pl.lit(NO_PAYER)))
        .pipe(with_notes, {unknown: is_unknown})
    )
