"""What is counted of feedback: of which claims insurees were asked, and what they said."""

import polars as pl

from transforms.openimis.register import Register

_OF_CLAIM = ("claim_id", "person", "place")


def feedbacks(register: Register, described: pl.LazyFrame) -> pl.LazyFrame:
    """Return the feedback with a mark: `mark`, `day`, and `person` and `place` of the claim.

    Args:
        register: Of openIMIS.
        described: See `transforms.aggregates.figures.claims.described_claims`.
    """
    given = register.feedbacks.current.filter(pl.col("mark").is_not_null())
    marks = given.select("claim_id", "mark", day=pl.col("feedback_stamp").dt.date())
    return marks.join(described.select(_OF_CLAIM), on="claim_id")


def feedback_prompts(register: Register, described: pl.LazyFrame) -> pl.LazyFrame:
    """Return the claims of which insurees were asked, by `day`: `is_answered`, person, place.

    Args:
        register: Of openIMIS.
        described: See `transforms.aggregates.figures.claims.described_claims`.
    """
    prompts = register.feedback_prompts.current.select("claim_id", day="prompt_date").unique()
    answers = register.feedbacks.current.select("claim_id", is_answered=pl.lit(value=True))
    return (
        prompts.join(described.select(_OF_CLAIM), on="claim_id")
        .join(answers.unique("claim_id"), on="claim_id", how="left")
        .with_columns(pl.col("is_answered").fill_null(value=False))
    )
