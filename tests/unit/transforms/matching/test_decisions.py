"""The file that a person edits: what was decided stays, the rest is proposed anew."""

from typing import Any

import polars as pl
import pytest

from tests.unit.transforms.matching.trees import (
    DISTRICT,
    REGION,
    ROOT,
    place,
    places_of,
    settings,
    unit,
    units_of,
)
from transforms.core.errors import StagingError
from transforms.matching.decisions import (
    BY_RULE,
    FILE_COLUMNS,
    Author,
    checked_rows,
    decisions_in,
    with_authors,
)
from transforms.matching.match import match
from transforms.matching.match_file import file_of, news_in

KITUA, OTHER = "KituaUnit01", "OtherUnit01"
EMPTY = pl.DataFrame(schema=dict.fromkeys(FILE_COLUMNS, pl.String()))
PLACES = [place("F", "Kitua"), place("G", "Bomba")]
UNITS = [unit(KITUA, "Kitua"), unit(OTHER, "Bombo")]
MONDAY, TUESDAY = Author("by hand", "2026-01-05 08:00"), Author("Asha", "2026-01-06 08:00")


class Matching:
    """The file of matches of a small tree, run after run."""

    def __init__(self) -> None:
        self.rows = EMPTY
        self.news = EMPTY

    def run(
        self,
        author: Author,
        places: list[dict[str, Any]] = PLACES,
        units: list[Any] = UNITS,
    ) -> None:
        frames = places_of(*places), units_of(*units)
        before = with_authors(checked_rows(self.rows, "the file"), author)
        matches = match(*frames, ROOT, settings(), decisions=decisions_in(before))
        self.rows = file_of(*frames, matches, before, author)
        self.news = news_in(self.rows, before)

    def edit(self, key: str, **values: str | None) -> None:
        """Change cells of a place's row, as a person does."""
        is_row = pl.col("openimis_uuid") == key
        self.rows = self.rows.with_columns(
            pl.when(is_row).then(pl.lit(value, pl.String)).otherwise(name).alias(name)
            for name, value in values.items()
        )

    def of(self, key: str, *names: str) -> tuple[Any, ...]:
        return self.rows.filter(openimis_uuid=key).select(names).row(0)


@pytest.fixture
def matching() -> Matching:
    begun = Matching()
    begun.run(MONDAY)
    return begun


def test_the_first_run_writes_a_row_for_each_place_what_is_open_first(matching: Matching) -> None:
    assert matching.rows["openimis_uuid"].to_list() == ["G", "R", "D", "F"]
    assert matching.of("G", "decision", "dhis2_uid", "how", "who", "when") == (
        "to decide", OTHER, "similar name", None, None,
    )  # fmt: skip
    assert matching.of("F", "decision", "dhis2_name", "dhis2_path", "who", "when") == (
        "accepted", "Kitua", "Nation / Ultha / Rapta / Kitua", BY_RULE, "2026-01-05 08:00",
    )  # fmt: skip
    assert matching.news.height == matching.rows.height


def test_run_again_it_changes_nothing_and_has_no_news(matching: Matching) -> None:
    before = matching.rows

    matching.run(TUESDAY)

    assert matching.rows.equals(before)
    assert matching.news.is_empty()


def test_a_persons_decision_stays_with_its_name_and_day(matching: Matching) -> None:
    matching.edit("G", decision="accepted")
    matching.run(TUESDAY)
    matching.run(Author("somebody else", "2026-01-07 08:00"))

    assert matching.of("G", "decision", "dhis2_uid", "who", "when") == (
        "accepted", OTHER, "Asha", "2026-01-06 08:00",
    )  # fmt: skip
    assert matching.news.is_empty()


def test_a_name_that_a_person_wrote_counts_more_than_that_of_the_run(matching: Matching) -> None:
    matching.edit("G", decision="none", who="Baraka")
    matching.run(TUESDAY)

    assert matching.of("G", "decision", "dhis2_uid", "who", "when") == (
        "none", None, "Baraka", "2026-01-06 08:00",
    )  # fmt: skip


def test_a_uid_that_a_person_typed_is_a_decision(matching: Matching) -> None:
    matching.edit("G", dhis2_uid=DISTRICT)
    matching.run(TUESDAY)

    assert matching.of("G", "decision", "dhis2_uid", "who") == ("accepted", DISTRICT, "Asha")


def test_what_was_accepted_by_rule_may_be_changed_by_a_person(matching: Matching) -> None:
    matching.edit("F", dhis2_uid=OTHER)
    matching.run(TUESDAY)

    assert matching.of("F", "decision", "dhis2_uid", "dhis2_name", "who") == (
        "accepted", OTHER, "Bombo", "Asha",
    )  # fmt: skip
    assert matching.of("G", "decision", "note") == ("to decide", "not_similar taken")


def test_what_was_accepted_by_rule_stays_where_a_better_one_turns_up(matching: Matching) -> None:
    matching.run(TUESDAY, units=[*UNITS, unit("BetterUnit1", "Kitua", code="F")])

    assert matching.of("F", "decision", "dhis2_uid") == ("accepted", KITUA)


def test_what_is_open_is_proposed_anew(matching: Matching) -> None:
    matching.run(TUESDAY, units=[unit(KITUA, "Kitua"), unit("BombaUnit01", "Bomba")])

    assert matching.of("G", "decision", "dhis2_uid", "who") == ("accepted", "BombaUnit01", BY_RULE)
    assert matching.news["openimis_uuid"].to_list() == ["G"]


def test_a_new_place_is_news_and_nothing_else(matching: Matching) -> None:
    matching.run(TUESDAY, places=[*PLACES, place("N", "Newtown")])

    assert matching.news["openimis_uuid"].to_list() == ["N"]


@pytest.mark.parametrize(
    ("units", "note"),
    [
        pytest.param([], "not_in_dhis2", id="gone"),
        pytest.param([unit(KITUA, "Kitua", closedDate="2026-01-01")], "closed", id="closed"),
        pytest.param([unit(KITUA, "Kitua Mpya")], "renamed", id="renamed"),
        pytest.param([unit(KITUA, "Kitua", f"{ROOT}/{REGION}")], "moved", id="moved"),
    ],
)
def test_what_happened_to_an_org_unit_since_is_told_and_the_decision_stays(
    matching: Matching, units: list[Any], note: str
) -> None:
    matching.run(TUESDAY, units=[*units, unit(OTHER, "Bombo")])

    assert matching.of("F", "decision", "dhis2_uid", "note") == ("accepted", KITUA, note)
    assert matching.news["openimis_uuid"].to_list() == ["F"]


def test_what_was_told_of_an_org_unit_once_is_no_news_when_it_is_over(matching: Matching) -> None:
    renamed = [unit(KITUA, "Kitua Mpya"), unit(OTHER, "Bombo")]
    matching.run(TUESDAY, units=renamed)
    matching.run(TUESDAY, units=renamed)

    assert matching.of("F", "note", "dhis2_name") == (None, "Kitua Mpya")
    assert matching.news.is_empty()


def test_a_decision_of_a_place_that_openimis_has_no_more_stays(matching: Matching) -> None:
    matching.run(TUESDAY, places=[place("G", "Bomba")])

    assert matching.of("F", "decision", "note", "openimis_name") == (
        "accepted", "place_gone", "Kitua",
    )  # fmt: skip


def test_two_places_on_one_org_unit_are_told(matching: Matching) -> None:
    matching.edit("G", dhis2_uid=KITUA)
    matching.run(TUESDAY)

    assert {matching.of(key, "note") for key in "FG"} == {("shared",)}


def test_what_the_flow_did_not_write_itself_is_no_decision_without_a_name(
    matching: Matching,
) -> None:
    """Rows of an older copy, or typed by hand: a proposal is not taken for a decision."""
    matching.edit("G", written=None)
    matching.edit("F", written=None, who=None)
    matching.run(TUESDAY)

    assert matching.of("G", "decision", "who") == ("to decide", None)
    assert matching.of("F", "decision", "who", "when") == ("accepted", BY_RULE, TUESDAY.when)


def test_a_day_that_a_person_wrote_stays(matching: Matching) -> None:
    matching.edit("G", decision="accepted", who="Baraka", when="2025-12-31")
    matching.run(TUESDAY)

    assert matching.of("G", "who", "when") == ("Baraka", "2025-12-31")


@pytest.mark.parametrize(
    "rewritten", ["06.01.2026 08:00", "1/6/2026 8:00", "06/01/2026 08:00:00", "1/6/26 8:00 AM"]
)
def test_a_day_that_a_spreadsheet_rewrote_is_read_as_it_was(
    matching: Matching, rewritten: str
) -> None:
    matching.edit("G", decision="accepted")
    matching.run(TUESDAY)
    before = matching.rows
    matching.edit("G", when=rewritten)
    matching.run(Author("somebody else", "2026-02-07 08:00"))

    assert matching.of("G", "who", "when") == ("Asha", "2026-01-06 08:00")
    assert matching.rows.equals(before)


def test_a_day_that_a_person_wrote_with_dots_is_that_day(matching: Matching) -> None:
    matching.edit("G", decision="accepted", who="Baraka", when="31.12.2025 9:05")
    matching.run(TUESDAY)

    assert matching.of("G", "who", "when") == ("Baraka", "2025-12-31 09:05")


def test_another_person_who_changes_a_decision_and_not_the_name_is_told_by_the_run(
    matching: Matching,
) -> None:
    matching.edit("G", decision="accepted", who="Baraka")
    matching.run(TUESDAY)
    matching.edit("G", decision="none")
    matching.run(TUESDAY)

    assert matching.of("G", "decision", "who") == ("none", "Asha")


def test_cells_with_spaces_and_capitals_are_read_as_they_are_intended(matching: Matching) -> None:
    matching.edit("G", decision=" Accepted ", who="  ")
    matching.run(TUESDAY)

    assert matching.of("G", "decision", "who") == ("accepted", "Asha")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"decision": "yes"}, "a decision is none of accepted, none, to decide (line 2)"),
        ({"decision": "accepted", "dhis2_uid": None}, "accepted without a dhis2_uid (line 2)"),
        ({"openimis_uuid": "F"}, "a place is there twice (line 2, 5)"),
        ({"openimis_uuid": ""}, "openimis_uuid is empty (line 2)"),
        (
            {"decision": "accepted", "when": "1/5/2026 8:00"},
            "cannot be read; found are line 2: 1/5/2026 8:00; expected is 2026-01-05 08:00",
        ),
        ({"when": "2026-02-31"}, "found are line 2: 2026-02-31"),
        ({"when": "46027.33"}, "found are line 2: 46027.33"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_lines(
    matching: Matching, values: dict[str, str | None], said: str
) -> None:
    matching.edit("G", **values)

    with pytest.raises(StagingError) as error:
        matching.run(TUESDAY)

    assert said in str(error.value)
    assert "Nothing was written" in str(error.value)


def test_a_file_without_a_column_that_is_needed_is_refused(matching: Matching) -> None:
    matching.rows = matching.rows.drop("written")

    with pytest.raises(StagingError, match="no column written"):
        matching.run(TUESDAY)


def test_columns_that_only_help_people_may_be_missing(matching: Matching) -> None:
    matching.rows = matching.rows.drop("candidates", "score")
    matching.run(TUESDAY)

    assert matching.of("F", "decision") == ("accepted",)
