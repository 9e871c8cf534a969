"""Who watches a load sees how far it is, how fast it goes and when it will end."""

from datetime import UTC, datetime

import pytest

from transforms.reports.load_progress import progress_in_words

AT_TWO = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


def test_a_load_tells_counts_rate_and_expected_end():
    text = progress_in_words(1_200, 6_000, done=1_200, seconds=600, now=AT_TWO)

    assert text == (
        "1,200 of 6,000 bundles settled, 120 a minute; the load ends at about 28 Nov 02:40 (UTC)"
    )


def test_what_an_earlier_attempt_has_settled_makes_no_load_faster():
    text = progress_in_words(3_000, 6_000, done=600, seconds=300, now=AT_TWO)

    assert "120 a minute" in text
    assert "02:25" in text


@pytest.mark.parametrize(("settled", "done"), [(0, 0), (10, 10)], ids=["begun", "over"])
def test_before_the_first_bundle_and_after_the_last_there_are_only_counts(settled: int, done: int):
    assert (
        progress_in_words(settled, 10, done=done, seconds=5, now=AT_TWO)
        == f"{settled} of 10 bundles settled"
    )
