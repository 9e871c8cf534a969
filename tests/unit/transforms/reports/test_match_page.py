"""The page of a matching: counts by kind, what is open, what is there twice."""

import polars as pl
import pytest

from tests.unit.transforms.matching.trees import (
    LEVELS,
    ROOT,
    place,
    places_of,
    settings,
    unit,
    units_of,
)
from transforms.matching.decisions import FILE_COLUMNS, Author
from transforms.matching.match import match
from transforms.matching.match_file import file_of, news_in
from transforms.openimis.country import country_of
from transforms.reports.match_page import match_page

ROOT_OF = {"uid": ROOT, "name": "Nation", "short_name": "Nation"}
COUNTRY = country_of({"root": ROOT_OF, "match": {"levels": LEVELS}}, "country.toml")
NO_FILE = pl.DataFrame(schema=dict.fromkeys(FILE_COLUMNS, pl.String()))
AUTHOR = Author("Asha", "2026-01-05 08:00")


@pytest.fixture
def page() -> str:
    places = places_of(
        place("W", "Jamu", kind="ward"),
        place("F", "Kitua"),
        place("G", "Bombo HC"),
        place("H", "Bombo H.C."),
        place("N", "Nothing like it"),
    )
    units = units_of(
        unit("KituaUnit01", "Kitua"),
        unit("BomboUnit01", "Bombo HC"),
        unit("TwiceUnit01", "Mbeya"),
        unit("TwiceUnit02", "MBEYA"),
        unit("LonelyUnit1", "Zanzi"),
    )
    matches = match(places, units, ROOT, settings())
    rows = file_of(places, units, matches, NO_FILE, AUTHOR)
    return match_page(rows, news_in(rows, NO_FILE), places, units, COUNTRY)


def test_it_counts_places_by_kind(page: str) -> None:
    assert "| region | 1 | 1 | 0 | 0 | 0 | 0 | 1 |" in page
    assert "| ward | 1 | 0 | 0 | 0 | 0 | 1 | 1 |" in page
    assert "| facility | 4 | 1 | 0 | 2 | 1 | 0 | 4 |" in page


def test_it_lists_what_a_person_has_to_decide_and_what_has_no_org_unit(page: str) -> None:
    to_decide = page.split("## To decide")[1].split("## Without")[0]
    assert to_decide.startswith(": 2, of which 2 new or changed")
    assert to_decide.count("`BomboUnit01`") == 2
    assert "## Without org unit: 1" in page


def test_it_lists_doubles_of_both_sides_and_org_units_that_no_place_has(page: str) -> None:
    assert "## Twice in openIMIS: 2" in page
    assert "## Twice in DHIS2: 2" in page
    assert "Org units of DHIS2 on these levels: 7; of 4 no place of openIMIS is accepted." in page


def test_it_says_what_its_notes_mean_and_that_it_only_proposes(page: str) -> None:
    assert "| `second_candidate` |" in page
    assert "`closed`" not in page
    assert "proposes only" in page
