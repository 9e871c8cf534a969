"""Whether a DHIS2 is the one that the last load left, by what it answered."""

import pytest

from transforms.changes.guards.recognition import (
    ExpectedTarget,
    Marker,
    Memory,
    NewestObjects,
    refuse_another_server,
    refuse_lost_load,
    refuse_other_stagings,
)
from transforms.core.errors import TargetError

HERE, ELSEWHERE = "https://dhis2.example", "https://elsewhere.example"
FOURTH = ExpectedTarget("ours", run="run-4", counter=4, base_url=HERE, system_id="one")
OURS = Memory(frozenset({"ours"}), Marker("ours", "run-4", 4))


def test_before_the_first_load_any_server_will_do() -> None:
    refuse_another_server(ExpectedTarget("ours"), ELSEWHERE, "two")


@pytest.mark.parametrize("system_id", ["one", None], ids=["same", "hidden from the user"])
def test_the_server_of_the_last_load_goes_on(system_id: str | None) -> None:
    refuse_another_server(FOURTH, HERE, system_id)


@pytest.mark.parametrize(
    ("base_url", "system_id", "says"),
    [
        (ELSEWHERE, "one", f"The last load went to {HERE}, this one would go to {ELSEWHERE};"),
        (HERE, "two", "Another DHIS2 answers at"),
    ],
    ids=["address", "systemId"],
)
def test_another_server_is_refused_and_what_lifts_that_is_named(
    base_url: str, system_id: str, says: str
) -> None:
    with pytest.raises(TargetError, match=says) as refusal:
        refuse_another_server(FOURTH, base_url, system_id)

    assert "allow=moved_target" in str(refusal.value)
    assert str(refusal.value).endswith("Nothing was posted.")


def test_the_marker_of_another_staging_folder_is_refused_and_ours_is_not() -> None:
    refuse_other_stagings(OURS, FOURTH)

    with pytest.raises(TargetError, match=r"\(marker a, b in its data store\)"):
        refuse_other_stagings(Memory(frozenset({"b", "ours", "a"})), FOURTH)


def test_the_marker_of_the_last_load_or_of_one_cut_short_at_its_end_goes_on() -> None:
    cut_short = ExpectedTarget("ours", run="run-4", counter=4, open_run="run-5")

    refuse_lost_load(OURS, FOURTH)
    refuse_lost_load(OURS, cut_short)
    refuse_lost_load(Memory(marker=Marker("ours", "run-5", 5)), cut_short)


def test_before_the_first_load_there_is_no_marker_or_that_of_one_cut_short() -> None:
    refuse_lost_load(Memory(), ExpectedTarget("ours"))
    refuse_lost_load(Memory(), ExpectedTarget("ours", open_run="run-1"))
    refuse_lost_load(
        Memory(marker=Marker("ours", "run-1", 1)), ExpectedTarget("ours", open_run="run-1")
    )


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (None, "has no marker of the last load"),
        (Marker("ours", "run-3", 3), "is of load 3, the last one was 4: DHIS2 was restored"),
        (Marker("ours", "run-5", 5), "is of load 5, run 'run-5'; here the last one is 4: this"),
        (Marker("ours", "another", 4), "an older copy, or another copy of it posts too"),
    ],
    ids=["missing", "older", "newer", "another run"],
)
def test_another_marker_than_that_of_the_last_load_is_refused(
    found: Marker | None, says: str
) -> None:
    with pytest.raises(TargetError, match=says) as refusal:
        refuse_lost_load(Memory(marker=found), FOURTH)

    assert "allow=restored_target. Nothing was posted." in str(refusal.value)


def test_where_the_newest_objects_were_read_back_they_decide_and_not_the_marker() -> None:
    refuse_lost_load(Memory(newest=NewestObjects(200)), FOURTH)

    for newest in (NewestObjects(200, lacking=3), NewestObjects(200, returned=1)):
        says = f"Of the 200 newest .*, {newest.lacking} are not .*, and {newest.returned} that were"
        with pytest.raises(TargetError, match=says):
            refuse_lost_load(Memory(OURS.stagings, OURS.marker, newest=newest), FOURTH)
