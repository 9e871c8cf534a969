"""Population figures: what is taken of a file, and what is said of the rest."""

from typing import Any

import polars as pl
import pytest

from tests.support.builders import PLACES, deleted, org_unit, register
from transforms.dhis2.data_value_report import data_value_report
from transforms.model.tables.calendars import CALENDARS
from transforms.openimis.tables.reasons import REASONS
from transforms.package.population import FIGURES, figures, population_objects

DISTRICT = org_unit("tblLocations", 2)
NOW = 2026


def judged(*lines: tuple[str | None, ...], **changes: Any) -> list[dict[str, Any]]:
    assigned = changes.pop("assigned", [DISTRICT])
    calendar = CALENDARS[changes.pop("calendar", "iso8601")]
    rows = pl.DataFrame(list(lines), schema=dict.fromkeys(FIGURES, pl.String), orient="row")
    places = register(**changes).places
    frame = figures(rows, places, level="D", assigned=assigned, calendar=calendar, now=NOW)
    return frame.to_dicts()


def test_a_figure_goes_to_the_district_whose_code_it_has():
    [row] = judged((" R1D1 ", "2024", "0125000"))

    assert (row["orgUnit"], row["period"], row["value"]) == (DISTRICT, "2024", "125000")
    assert row["faults"] == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (("R9", "2024", "1"), "population_place_unknown"),
        ((None, "2024", "1"), "population_place_unknown"),
        (("R1", "2024", "1"), "population_level_other"),
        (("R1D1", "24", "1"), "population_year_malformed"),
        (("R1D1", "2024-01", "1"), "population_year_malformed"),
        (("R1D1", None, "1"), "population_year_malformed"),
        (("R1D1", "2024", "12 500"), "population_figure_malformed"),
        (("R1D1", "2024", "12\u202f500"), "population_figure_malformed"),
        (("R1D1", "2024", "12,500"), "population_figure_malformed"),
        (("R1D1", "2024", "12.500"), "population_figure_malformed"),
        (("R1D1", "2024", "12'500"), "population_figure_malformed"),
        (("R1D1", "2024", "-1"), "population_figure_malformed"),
        (("R1D1", "2024", "1.5"), "population_figure_malformed"),
        (("R1D1", "2024", None), "population_figure_malformed"),
    ],
)
def test_a_line_that_cannot_be_taken_is_told_with_its_reason(
    line: tuple[str | None, ...], reason: str
):
    [row] = judged(line)

    assert row["faults"] == [reason]


@pytest.mark.parametrize(
    ("calendar", "year", "faults"),
    [
        ("iso8601", "1950", []),
        ("nepali", "2082", []),
        ("nepali", "2050", []),
        ("nepali", "2026", ["population_year_of_another_calendar"]),
        ("ethiopian", "2018", []),
        ("ethiopian", "2020", []),
        ("ethiopian", "2026", ["population_year_of_another_calendar"]),
    ],
)
def test_a_year_is_one_of_the_calendar_in_which_dhis2_counts(
    calendar: str, year: str, faults: list[str]
):
    [row] = judged(("R1D1", year, "1"), calendar=calendar)

    assert (row["period"], row["faults"]) == (year, faults)


def test_thousands_separators_are_named_where_a_figure_is_refused():
    hint = REASONS["population_figure_malformed"]

    assert "thousands separators" in hint
    assert "12500" in hint


def test_two_figures_of_one_place_and_year_are_both_left_out():
    rows = judged(("R1D1", "2024", "1"), ("R1D1", "2024", "2"), ("R1D1", "2023", "3"))

    assert [row["faults"] for row in rows] == [["population_figure_double"]] * 2 + [[]]


def test_a_line_is_found_again_by_its_number():
    rows = judged(("R1D1", "2024", "1"), ("R1D1", "2023", "x"))

    assert [row["key"] for row in rows] == ["R1D1:2024:line 2", "R1D1:2023:line 3"]


def test_a_place_to_which_dhis2_has_not_assigned_the_data_set_is_told():
    [row] = judged(("R1D1", "2024", "1"), assigned=[])

    assert row["faults"] == ["population_place_not_assigned"]


def test_a_code_that_two_living_districts_have_is_told():
    twin = {"LocationType": "D", "LocationCode": "R1D1", "ParentLocationId": 1}

    [row] = judged(("R1D1", "2024", "1"), Locations=[*PLACES, twin])

    assert "population_place_double" in row["faults"]


def test_a_living_district_is_taken_before_a_deleted_one_of_the_same_code():
    gone = deleted(LocationType="D", LocationCode="R1D1", ParentLocationId=1)

    [row] = judged(("R1D1", "2024", "1"), Locations=[*PLACES, gone])

    assert (row["orgUnit"], row["faults"]) == (DISTRICT, [])


def test_a_month_shows_the_figure_of_its_year():
    [element] = population_objects()["dataElements"]

    assert element["aggregationType"] == "AVERAGE_SUM_ORG_UNIT"
    assert element["domainType"] == "AGGREGATE"


def summary(**counts: Any) -> dict[str, Any]:
    conflicts = counts.pop("conflicts", [])
    return {"response": {"importCount": counts, "conflicts": conflicts}}


def test_an_answer_that_accounts_for_every_value_is_accepted():
    assert data_value_report(200, summary(imported=1, updated=1, ignored=1), 3).accepted


@pytest.mark.parametrize("status", [200, 409])
def test_a_value_that_is_not_accounted_for_was_not_accepted(status: int):
    report = data_value_report(status, summary(imported=1, updated=0, ignored=0), 2)

    assert not report.accepted


def test_a_conflict_names_its_value_by_its_place_in_the_request():
    conflicts = [{"errorCode": "E7619", "value": "never read", "indexes": [1]}]

    report = data_value_report(409, summary(imported=1, ignored=1, conflicts=conflicts), 2)

    assert report.refused == {1: ["E7619"]}


def test_a_conflict_that_names_no_value_is_of_all_of_them():
    report = data_value_report(409, summary(conflicts=[{"errorCode": "E8030"}]), 2)

    assert report.refused == {0: ["E8030"], 1: ["E8030"]}


@pytest.mark.parametrize("body", [None, "Bad gateway", {"message": "no"}])
def test_an_answer_without_a_report_says_nothing(body: Any):
    assert data_value_report(200, body, 1) is None
