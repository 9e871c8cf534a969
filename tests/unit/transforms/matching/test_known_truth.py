"""Three nations whose truth is known: how much is accepted without a person, and how rightly.

Each is written down twice: by names and codes alone, and with points of some places, codes in an
attribute, and a person's own table. Shown by `pytest -s`: precision and recall of each rule.
"""

import polars as pl
import pytest

from tests.support.national_tree import (
    ATTRIBUTE,
    ROOT,
    Nation,
    as_frames,
    nation,
    with_points_and_attributes,
)
from transforms.matching.doubles import doubles_in_dhis2, doubles_in_openimis
from transforms.matching.match import match
from transforms.openimis.match_settings import MatchSettings

LEAST_PRECISION, LEAST_RECALL = 0.995, 0.8
RULES = ("code", "same name", "similar name")
MORE_RULES = ("attribute", "table", "name and distance", *RULES)
LEAST_OF = {"name and distance": 0.99}
"""Where less is reached: two of 358 are facilities of one village, name and kind, each of which is
on one side alone. What both sides say tells them apart by some hundred metres, and by nothing else.
"""
NAMED_IN_TABLE = 40
"""So many places a person's own table names."""
SEEDS = (1, 2, 3)


def settings_of(made: Nation) -> MatchSettings:
    return MatchSettings.model_validate({"levels": made.levels})


@pytest.fixture(scope="module")
def nations() -> list[Nation]:
    return [nation(seed=seed) for seed in SEEDS]


@pytest.fixture(scope="module")
def judged(nations: list[Nation]) -> pl.DataFrame:
    """All matches of all nations, each with what is true."""
    frames = [_judged(made) for made in nations]
    whole = pl.concat(frames)
    print(f"\n{_by_rule(whole)}")
    return whole


@pytest.fixture(scope="module")
def judged_with_more() -> pl.DataFrame:
    """The same of nations of which more is known."""
    nations = [with_points_and_attributes(nation(seed=seed), seed) for seed in SEEDS]
    whole = pl.concat([_judged(made, table=_table(made)) for made in nations])
    print(f"\n{_by_rule(whole)}")
    return whole


def _table(made: Nation) -> pl.DataFrame:
    """What a person has looked up: some facilities, one after another."""
    rows = [(key, uid) for key, uid in made.truth.items() if uid][-NAMED_IN_TABLE:]
    return pl.DataFrame(rows, schema=["key", "uid"], orient="row")


def _judged(made: Nation, table: pl.DataFrame | None = None) -> pl.DataFrame:
    places, units = as_frames(made)
    settings = settings_of(made).model_copy(update={"code_attribute": ATTRIBUTE})
    matches = match(places, units, ROOT, settings, table=table)
    truth = pl.col("key").replace_strict(made.truth, return_dtype=pl.String)
    return matches.with_columns(truth=truth).with_columns(
        is_right=pl.col("uid").eq_missing(pl.col("truth"))
    )


def _by_rule(judged: pl.DataFrame) -> pl.DataFrame:
    """Precision of what a rule accepted, and its share of all places that have an org unit."""
    there = judged.filter(pl.col("truth").is_not_null()).height
    accepted = judged.filter(decision="accepted")
    return (
        accepted.group_by("how")
        .agg(accepted=pl.len(), precision=pl.col("is_right").mean(), right=pl.col("is_right").sum())
        .with_columns(recall=pl.col("right") / there)
        .sort("how")
    )


def test_what_is_accepted_without_a_person_is_right(judged: pl.DataFrame) -> None:
    accepted = judged.filter(decision="accepted")

    assert accepted["is_right"].mean() >= LEAST_PRECISION  # type: ignore[operator]


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_by_itself_is_right(judged: pl.DataFrame, rule: str) -> None:
    accepted = judged.filter(decision="accepted", how=rule)

    assert accepted.height > 20
    assert accepted["is_right"].mean() >= LEAST_PRECISION  # type: ignore[operator]


@pytest.mark.parametrize("rule", MORE_RULES)
def test_where_more_is_known_each_rule_by_itself_is_right(
    judged_with_more: pl.DataFrame, rule: str
) -> None:
    accepted = judged_with_more.filter(decision="accepted", how=rule)
    least = LEAST_OF.get(rule, LEAST_PRECISION)

    assert accepted.height > 20
    assert accepted["is_right"].mean() >= least  # type: ignore[operator]


def test_what_is_near_under_any_name_is_never_accepted_by_itself(
    judged_with_more: pl.DataFrame,
) -> None:
    assert judged_with_more.filter(decision="accepted", how="distance").is_empty()


def test_where_more_is_known_fewer_places_need_a_person(
    judged: pl.DataFrame, judged_with_more: pl.DataFrame
) -> None:
    open_before, open_now = (
        rows.filter(decision="to decide").height for rows in (judged, judged_with_more)
    )

    assert open_now < open_before


def test_most_places_that_have_an_org_unit_need_no_person(judged: pl.DataFrame) -> None:
    there = judged.filter(pl.col("truth").is_not_null())
    found = there.filter(pl.col("decision") == "accepted", "is_right")

    assert found.height / there.height >= LEAST_RECALL


def test_what_is_left_to_a_person_mostly_names_the_right_one(judged: pl.DataFrame) -> None:
    left = judged.filter(pl.col("decision") == "to decide", pl.col("truth").is_not_null())

    assert left["is_right"].mean() >= 0.7  # type: ignore[operator]


def test_no_ward_or_village_is_given_an_org_unit(judged: pl.DataFrame) -> None:
    below = judged.filter(pl.col("kind").is_in(["ward", "village"]))

    assert set(below.select("decision", "note").rows()) == {("none", "no_level")}


def test_no_org_unit_is_accepted_for_two_places(judged: pl.DataFrame) -> None:
    accepted = judged.filter(decision="accepted")

    assert accepted["uid"].is_duplicated().sum() == 0


def test_matched_again_nothing_more_is_accepted(nations: list[Nation]) -> None:
    """What is accepted is no rival any more, and so might let another one pass."""
    places, units = as_frames(nations[0])
    settings = settings_of(nations[0])
    first = match(places, units, ROOT, settings)
    decisions = first.filter(decision="accepted").select("key", "uid", "decision")

    again = match(places, units, ROOT, settings, decisions=decisions)

    columns = ("key", "uid", "decision", "home")
    assert again.select(columns).equals(first.select(columns))
    is_open = pl.col("decision") != "accepted"
    assert again.filter(is_open).equals(first.filter(is_open))


def test_doubles_are_listed(nations: list[Nation]) -> None:
    places, units = as_frames(nations[0])
    settings = settings_of(nations[0])

    listed = {*doubles_in_dhis2(units, ROOT, settings)["uid"]}
    assert len(listed & nations[0].doubles) >= 4
    assert doubles_in_openimis(places, settings).height >= 4
