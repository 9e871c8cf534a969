"""Receipts as one frame: what DHIS2 answered to every object of a run."""

from pathlib import Path

import polars as pl

from staging.layout import Run
from staging.outbox import bundles, verify_receipt
from transforms.changes.answers.outcomes import ABSENT, OUTCOMES
from transforms.model.resources import TrackerType

TEXTS = pl.List(pl.String)
REFUSED = pl.Struct(
    {
        "type": pl.String,
        "uid": pl.String,
        "codes": TEXTS,
        "class": pl.String,
        "unknown": pl.Boolean,
    }
)
BY_TYPE = pl.Struct({kind.value: TEXTS for kind in TrackerType})
RECEIPT: dict[str, pl.DataType] = {
    "accepted": BY_TYPE,
    "unknown": BY_TYPE,
    "absent": BY_TYPE,
    "refused": pl.List(REFUSED),
    "unanswered": pl.Int64(),
}


def outcomes(run: Run) -> pl.LazyFrame:
    """Return what DHIS2 answered so far; the columns of `transforms.changes.outcomes.OUTCOMES`.

    In the order of partition, so that the rows of one are found without reading the others.

    Raises:
        StagingError: A receipt is not as it was written.
    """
    files: dict[tuple[int, str], list[Path]] = {}
    for bundle in bundles(run):
        if bundle.is_settled:
            verify_receipt(bundle)
            files.setdefault((bundle.partition, bundle.phase), []).append(bundle.receipt)
    frames = [_outcome_rows(*of, receipts) for of, receipts in sorted(files.items())]
    return pl.concat(frames) if frames else pl.LazyFrame(schema=OUTCOMES)


def _outcome_rows(partition: int, phase: str, files: list[Path]) -> pl.LazyFrame:
    receipts = pl.scan_ndjson(files, schema=RECEIPT)
    answers = [_refused_rows(receipts)]
    for kind in TrackerType:
        answers.append(_named_rows(receipts, "accepted", kind.value, accepted=True))
        answers.append(_named_rows(receipts, "unknown", kind.value, accepted=None))
    origin = {"partition": pl.lit(partition, pl.Int32), "phase": pl.lit(phase)}
    return pl.concat(answers).with_columns(**origin).select(*OUTCOMES)


def _named_rows(
    receipts: pl.LazyFrame, name: str, kind: str, *, accepted: bool | None
) -> pl.LazyFrame:
    uids = (
        receipts.select(_is_late(), uid=pl.col(name).struct.field(kind), absent=_absent(kind))
        .explode("uid")
        .drop_nulls("uid")
    )
    return uids.select(
        "uid",
        "isLate",
        type=pl.lit(kind),
        accepted=pl.lit(accepted, pl.Boolean),
        kind=pl.when(pl.col("uid").is_in(pl.col("absent"))).then(pl.lit(ABSENT)),
        codes=pl.lit([], TEXTS),
    )


def _absent(kind: str) -> pl.Expr:
    """Return the UIDs of what was to be deleted and was not there; few receipts name any."""
    return pl.col("absent").struct.field(kind).fill_null([])


def _refused_rows(receipts: pl.LazyFrame) -> pl.LazyFrame:
    refused = (
        receipts.select(_is_late(), "refused")
        .explode("refused")
        .drop_nulls("refused")
        .unnest("refused")
    )
    return refused.select(
        "uid",
        "isLate",
        "type",
        # Null, as of any other object of which it is not known whether DHIS2 accepted it.
        accepted=pl.when(pl.col("unknown").is_not_null()).then(None).otherwise(pl.lit(value=False)),
        kind=pl.col("class"),
        codes=pl.col("codes"),
    )


def _is_late() -> pl.Expr:
    return (pl.col("unanswered").fill_null(0) > 0).alias("isLate")
