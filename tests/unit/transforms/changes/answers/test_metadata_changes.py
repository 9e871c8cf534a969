"""What is confirmed of org units and options: in doubt until a later run has pushed it twice."""

import polars as pl

from transforms.changes.answers.metadata_changes import (
    CONFIRMED,
    confirmed_after,
    mark_in_doubt,
    unconfirmed_rows,
    unlisted_rows,
)

BEFORE, AFTER = '{"uid":"V1","name":"before"}', '{"uid":"V1","name":"after"}'
NOTHING = pl.LazyFrame(schema=CONFIRMED)


def rows(content: str) -> pl.LazyFrame:
    return pl.LazyFrame({"key": ["v"], "content": [content]})


def pushed(confirmed: pl.LazyFrame, content: str, run: str, **answered: list[str]) -> pl.LazyFrame:
    """What is confirmed once a run has pushed the row; as `push_metadata` does it."""
    told = {"accepted": [], "in_doubt": []} | answered
    return confirmed_after(
        confirmed, rows(content), told["accepted"], run, in_doubt=told["in_doubt"]
    )


def is_pushed(confirmed: pl.LazyFrame, content: str) -> bool:
    return not unconfirmed_rows(rows(content), confirmed).collect().is_empty()


def test_what_was_refused_in_words_stays_confirmed_as_it_was() -> None:
    confirmed = pushed(NOTHING, BEFORE, "one", accepted=["v"])

    after = pushed(confirmed, AFTER, "two")

    assert not is_pushed(after, BEFORE)


def test_what_stayed_without_an_answer_is_pushed_again_by_two_runs_whatever_openimis_says() -> None:
    confirmed = pushed(NOTHING, BEFORE, "one", accepted=["v"])

    for accepted in ([], ["v"]):
        after = pushed(confirmed, AFTER, "two", accepted=accepted, in_doubt=["v"])
        third = pushed(after, BEFORE, "three", accepted=["v"])
        fourth = pushed(third, BEFORE, "four", accepted=["v"])

        assert [is_pushed(each, BEFORE) for each in (after, third, fourth)] == [True, True, False]


def test_what_dhis2_may_never_have_had_is_not_missed_there() -> None:
    confirmed = pushed(NOTHING, BEFORE, "one", accepted=["v"])
    in_doubt = pushed(NOTHING, BEFORE, "one", in_doubt=["v"])
    cut_short = mark_in_doubt(NOTHING, rows(BEFORE), "one")

    gone = [
        unlisted_rows(each, []).collect()["key"].to_list()
        for each in (confirmed, in_doubt, cut_short)
    ]

    assert gone == [["v"], [], []]
