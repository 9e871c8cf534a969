"""The requirements: their order, what a walk makes of them, and sentences of clocks and versions."""

# ruff: noqa: E501 - a table is read by its rows

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from transforms.core.errors import SourceError, SyncError, UnforeseenError
from transforms.reports.check_page import check_lines, check_page, check_sentence
from transforms.requirements.check_rows import Look, Seen, Standing, walk
from transforms.requirements.sentences import (
    AFTER_PREFECT,
    FIRST_PREFECT,
    clock_fault,
    prefect_version_fault,
    room_fault,
)
from transforms.requirements.tables.requirements import REQUIREMENTS, WORK_POOL

PROJECT = Path(__file__).parents[4]
NOON = datetime(2026, 11, 28, 12)  # noqa: DTZ001 - on the clock of a database


def fail(error: Exception) -> Look:
    def look() -> Seen:
        raise error

    return look


def looks(**others: Look) -> Mapping[str, Look]:
    return {each.key: lambda: Seen("is so") for each in REQUIREMENTS} | others


def unforeseen(error: Exception) -> SyncError:
    return UnforeseenError(f"An error that nobody foresaw: {type(error).__name__}.")


def test_each_requirement_comes_after_those_that_it_stands_on() -> None:
    seen: set[str] = set()
    for each in REQUIREMENTS:
        assert seen.issuperset(each.after), each.key
        assert each.key not in seen
        seen.add(each.key)


def test_each_mend_is_the_end_of_a_sentence() -> None:
    assert [each.key for each in REQUIREMENTS if each.mend.endswith(".") or not each.mend] == []


def test_what_stands_on_an_unmet_requirement_is_not_looked_at() -> None:
    never = fail(AssertionError("it was looked at"))
    found = walk(
        REQUIREMENTS, looks(dhis2_login=fail(SourceError("No.")), dhis2_version=never), unforeseen
    )

    standings = {each.requirement.key: each.standing for each in found}
    assert standings["dhis2_login"] is Standing.UNMET
    assert standings["dhis2_version"] is standings["dhis2_patch"] is Standing.UNSEEN
    assert standings["dhis2_address"] is standings["openimis_codes"] is Standing.MET


def test_an_error_that_nobody_foresaw_is_told_without_its_text() -> None:
    broken = fail(KeyError("Amina Juma"))

    found = walk(REQUIREMENTS, looks(disk_room=broken), unforeseen)

    text = check_page(found) + "\n".join(check_lines(found))
    assert "KeyError" in text
    assert "Amina" not in text


def test_the_page_says_first_what_it_comes_to() -> None:
    whole = walk(REQUIREMENTS, looks(), unforeseen)
    faulty = walk(
        REQUIREMENTS, looks(dhis2_root=lambda: Seen("", ["It is | not there."])), unforeseen
    )

    assert (
        check_sentence(whole)
        == f"All {len(REQUIREMENTS)} requirements are met. Nothing was written."
    )
    assert "(DHIS2: Root org unit), and 3 could not be looked at" in check_page(faulty)
    assert "It is \\| not there." in check_page(faulty)


@pytest.mark.parametrize(
    ("skew", "is_local", "is_right"),
    [
        (timedelta(minutes=4), False, True),
        (timedelta(minutes=6), False, False),
        (timedelta(hours=-3), False, False),
        (timedelta(hours=5, minutes=45), True, True),
        (timedelta(hours=5, minutes=52), True, False),
        (timedelta(days=-2), True, False),
    ],
)
def test_a_clock_may_be_off_by_minutes_and_a_local_one_by_a_time_zone(
    skew: timedelta, is_local: bool, is_right: bool
) -> None:
    assert (clock_fault(NOON + skew, NOON, is_local=is_local) is None) is is_right


@pytest.mark.parametrize(
    ("server", "own", "is_right"),
    [("3.8.1", "3.8.8", True), ("3.9.0", "3.8.8", True), ("3.8.8", "3.9.0", False), ("3.10.0", "3.8.8", False), ("2.20.1", "3.8.8", False), ("odd", "3.8.8", False)],
)  # fmt: skip
def test_the_server_is_as_new_as_the_worker(server: str, own: str, is_right: bool) -> None:
    assert (prefect_version_fault(server, own) is None) is is_right


def test_versions_and_work_pool_are_those_of_the_deployments() -> None:
    text = (PROJECT / "prefect.yaml").read_text()
    [first, after] = [".".join(map(str, each)) for each in (FIRST_PREFECT, AFTER_PREFECT)]

    assert yaml.safe_load(text)["prefect-version"] == f">={first},<{after}"
    assert yaml.safe_load(text)["definitions"]["work_pool"]["name"] == WORK_POOL


def test_a_disk_with_as_much_room_as_a_run_takes_is_large_enough() -> None:
    assert room_fault(100, 100, "/data") is None
    assert "has 1 MiB free; a run may take 1,024 MiB" in str(room_fault(1024**2, 1024**3, "/data"))
