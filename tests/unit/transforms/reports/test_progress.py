"""Who watches a stage sees how far it is, how fast it goes and when it will end."""

from datetime import UTC, datetime

import pytest

from transforms.reports.progress import (
    StageProgress,
    extract_progress,
    load_progress,
    progress_in_words,
    transform_progress,
)

AT_TWO = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


def words(progress: StageProgress, seconds: float) -> str:
    return progress_in_words(progress, seconds, AT_TWO)


def test_a_load_tells_counts_rate_and_expected_end():
    text = words(load_progress(1_200, 6_000, before=0), seconds=600)

    assert text == (
        "1,200 of 6,000 bundles settled, 120 a minute; it ends at about 28 Nov 02:40 (UTC)"
    )


def test_what_an_earlier_attempt_has_settled_makes_no_load_faster():
    text = words(load_progress(3_000, 6_000, before=2_400), seconds=300)

    assert "120 a minute" in text
    assert "02:25" in text


@pytest.mark.parametrize(("settled", "before"), [(0, 0), (10, 0)], ids=["begun", "over"])
def test_before_the_first_bundle_and_after_the_last_there_are_only_counts(
    settled: int, before: int
):
    assert (
        words(load_progress(settled, 10, before), seconds=5) == f"{settled} of 10 bundles settled"
    )


def test_an_extract_tells_tables_rows_rate_and_the_end_by_the_rows_of_before():
    progress = extract_progress(600_000, 1_200_000, read=3, tables=25)

    assert words(progress, seconds=60) == (
        "3 of 25 tables and 600,000 rows read, 600,000 a minute; "
        "it ends at about 28 Nov 02:02 (UTC)"
    )
    assert round(progress.share) == 33


def test_a_first_extract_tells_no_end_because_nobody_has_counted_the_rows():
    progress = extract_progress(600_000, None, read=5, tables=25)

    assert words(progress, seconds=60) == "5 of 25 tables and 600,000 rows read, 600,000 a minute"
    assert progress.share == 20


def test_an_extract_with_more_rows_than_before_is_not_over_before_its_last_table():
    assert extract_progress(900, 0, read=24, tables=25).share == 99
    assert extract_progress(900, 0, read=25, tables=25).share == 100


def test_a_transform_tells_partitions_rate_and_expected_end():
    progress = transform_progress(computed=40, compared=8, partitions=40, done=48, rest=32)

    assert words(progress, seconds=480) == (
        "40 of 40 partitions computed, 8 compared, 6 a minute; it ends at about 28 Nov 02:05 (UTC)"
    )
    assert progress.share == 60


def test_large_partitions_are_counted_by_the_hour():
    progress = transform_progress(computed=1, compared=0, partitions=40, done=1, rest=79)

    assert "1 of 40 partitions computed, 0 compared, 20 an hour" in words(progress, seconds=180)
