"""The map of a matching: both sides as points, and a line between."""

import polars as pl

from tests.unit.transforms.matching.trees import place, places_of, unit, units_of
from transforms.matching.decisions import FILE_COLUMNS
from transforms.reports.match_map import match_map

UNIT = unit("KituaUnit01", "Kitua", geometry={"type": "Point", "coordinates": [36.8, -1.3]})
HERE = {"longitude": 36.9, "latitude": -1.4}


def row(**values: str) -> pl.DataFrame:
    cells = {name: [values.get(name)] for name in FILE_COLUMNS}
    return pl.DataFrame(cells, schema=dict.fromkeys(FILE_COLUMNS, pl.String()))


def test_a_match_of_two_points_is_two_points_and_a_line() -> None:
    rows = row(openimis_uuid="F", dhis2_uid="KituaUnit01", decision="accepted")

    drawn = match_map(rows, places_of(place("F", "Kitua", **HERE)), units_of(UNIT))

    assert drawn is not None
    assert [each["geometry"]["type"] for each in drawn["features"]] == [
        "Point", "Point", "LineString",
    ]  # fmt: skip
    assert drawn["features"][2]["geometry"]["coordinates"] == [[36.9, -1.4], [36.8, -1.3]]
    assert {each["properties"]["decision"] for each in drawn["features"]} == {"accepted"}


def test_one_side_alone_is_a_point() -> None:
    rows = row(openimis_uuid="F", dhis2_uid="KituaUnit01", decision="to decide")

    drawn = match_map(rows, places_of(place("F", "Kitua")), units_of(UNIT))

    assert drawn is not None
    assert [each["properties"]["side"] for each in drawn["features"]] == ["DHIS2"]


def test_where_nobody_says_where_anything_lies_there_is_no_map() -> None:
    rows = row(openimis_uuid="F", decision="none")

    assert match_map(rows, places_of(place("F", "Kitua")), units_of()) is None
