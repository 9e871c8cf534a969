"""Maps show the levels on which places lie: ours, or the ministry's."""

from typing import Any

import pytest

from transforms.openimis.country import Country, country_of
from transforms.package.maps import map_objects

ROOT = {"uid": "NationRootA", "name": "Nation", "short_name": "Nation"}


def levels(**settings: Any) -> list[list[str]]:
    """The levels of each map, of a nation whose root is on the second."""
    country: Country = country_of({"root": ROOT} | settings, "country.toml")
    shown = [each["mapViews"][0]["rows"][0]["items"] for each in map_objects(2, country)]
    return [
        [item["id"] for item in items if item["id"].startswith("LEVEL")] for items in shown
    ]  # fmt: skip


def test_where_we_make_the_org_units_districts_and_facilities_are_below_the_root() -> None:
    assert levels() == [["LEVEL-4"], ["LEVEL-5"]]


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ({"district": [5], "facility": [5, 6]}, [["LEVEL-5"], ["LEVEL-5", "LEVEL-6"]]),
        ({"region": [3], "district": [5]}, [["LEVEL-5"], ["LEVEL-5"]]),
        ({"region": [3]}, [["LEVEL-3"], ["LEVEL-3"]]),
        ({"facility": [6]}, [["LEVEL-2"], ["LEVEL-6"]]),
    ],
)  # fmt: skip
def test_in_the_ministrys_tree_they_are_where_the_country_file_says_or_above(
    named: dict[str, list[int]], shown: list[list[str]]
) -> None:
    assert levels(org_units="match", match={"levels": named}) == shown
