"""What became of DHIS2's own org units since it was decided that places are they."""

import polars as pl

from tests.unit.transforms.matching.trees import DISTRICT, REGION, ROOT, unit, units_of
from transforms.matching.decisions import FILE_COLUMNS
from transforms.matching.drift import Drift, drift

CLINIC = "ClinicUnit1"


def drifted(*units: object, when: str = "2025-01-01 08:00", in_openimis: str = "yes") -> Drift:
    """A clinic was decided to be an org unit below the district; this is the tree now."""
    row = dict.fromkeys(FILE_COLUMNS) | {
        "openimis_uuid": "F",
        "decision": "accepted",
        "dhis2_uid": CLINIC,
        "dhis2_name": "Clinic",
        "who": "Asha",
        "when": when,
        "in_openimis": in_openimis,
        "written": f"accepted|{CLINIC}|{DISTRICT}|{when}|Asha",
    }
    rows = pl.DataFrame([row], schema=dict.fromkeys(FILE_COLUMNS, pl.String))
    return drift(rows, units_of(*units))


def test_a_tree_that_is_as_it_was_says_nothing() -> None:
    assert drifted(unit(CLINIC, "Clinic")) == Drift()


def test_renamed_moved_and_gone_are_told() -> None:
    told = {
        "another name": drifted(unit(CLINIC, "Other")),
        "below another": drifted(unit(CLINIC, "Clinic", f"{ROOT}/{REGION}")),
        "not in DHIS2": drifted(),
    }

    for words, found in told.items():
        assert words in found.sentences[0]
        assert CLINIC in found.sentences[0]
        assert found.closed == {}


def test_closed_after_the_decision_it_takes_nothing_of_later_days() -> None:
    found = drifted(unit(CLINIC, "Clinic", closedDate="2025-06-30T00:00:00.000"))

    assert "closed in DHIS2" in found.sentences[0]
    assert found.closed == {CLINIC: "2025-06-30"}


def test_a_closing_day_that_is_to_come_has_closed_nothing_yet() -> None:
    for day in ("2026-01-05", "2026-06-30"):
        to_come = unit(CLINIC, "Clinic", closedDate=f"{day}T00:00:00.000")

        assert drifted(to_come) == Drift()
    assert drifted(unit(CLINIC, "Clinic", closedDate="2026-01-04")) != Drift()


def test_whoever_decides_since_has_seen_it_and_is_not_told_again() -> None:
    closed = unit(CLINIC, "Clinic", closedDate="2025-06-30T00:00:00.000")

    assert drifted(closed, when="2025-07-01 08:00") == Drift()


def test_a_place_that_openimis_has_deleted_may_be_closed() -> None:
    closed = unit(CLINIC, "Clinic", closedDate="2025-06-30T00:00:00.000")

    assert drifted(closed, in_openimis="no") == Drift()
