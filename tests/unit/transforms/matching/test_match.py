"""Which org unit a place is: what is accepted without a person, and what is not."""

import polars as pl
import pytest

from tests.unit.transforms.matching.trees import (
    DISTRICT,
    REGION,
    ROOT,
    decided,
    matched,
    place,
    settings,
    unit,
)

KITUA = "KituaUnit01"
OTHER = "OtherUnit01"
ELSEWHERE = f"{ROOT}/{REGION}/DistrictU02"
NO_SECOND = [unit("DistrictU02", "Bomba", f"{ROOT}/{REGION}")]


def test_places_are_matched_level_by_level_by_their_names() -> None:
    rows = matched([place("F", "Kitua HC")], [unit(KITUA, "KITUA HEALTH CENTRE")])

    assert [rows[key]["uid"] for key in "RDF"] == [REGION, DISTRICT, KITUA]
    assert {row["decision"] for row in rows.values()} == {"accepted"}
    assert rows["F"]["how"] == "same name"


def test_a_code_tells_more_than_a_name() -> None:
    units = [unit(KITUA, "Kitua Clinic", code="f "), unit(OTHER, "Kitua Health Centre")]

    row = matched([place("F", "Kitua Health Centre")], units)["F"]

    assert decided(row) == ("accepted", KITUA, "")
    assert row["how"] == "code"


def test_a_code_in_an_attribute_that_the_country_file_names_is_as_good() -> None:
    held = [{"value": "F", "attribute": {"id": "AttributeU1"}}]
    units = [unit(KITUA, "Kitua", attributeValues=held), unit(OTHER, "Kitua")]

    row = matched([place("F", "Kitua")], units, settings(code_attribute="AttributeU1"))["F"]

    assert (decided(row), row["how"]) == (("accepted", KITUA, ""), "attribute")


def test_a_code_under_a_name_that_has_nothing_in_common_is_left_to_a_person() -> None:
    row = matched([place("F", "Kitua")], [unit(KITUA, "Bomba", code="F")])["F"]

    assert decided(row) == ("to decide", KITUA, "name_differs")


def test_a_code_that_two_org_units_have_in_an_attribute_is_left_to_a_person() -> None:
    held = [{"value": "F", "attribute": {"id": "AttributeU1"}}]
    units = [unit(uid, "Kitua", attributeValues=held) for uid in (KITUA, OTHER)]

    row = matched([place("F", "Kitua")], units, settings(code_attribute="AttributeU1"))["F"]

    assert row["decision"] == "to decide"
    assert "code_double" in row["note"]
    assert OTHER in row["candidates"]


def test_a_name_is_not_accepted_where_another_org_unit_is_as_similar() -> None:
    units = [unit(KITUA, "Kitua Hospital"), unit(OTHER, "Kitua Clinic")]

    row = matched([place("F", "Kitua")], units)["F"]

    assert decided(row)[::2] == ("to decide", "second_candidate")


def test_a_name_is_not_accepted_where_another_place_is_as_similar() -> None:
    """Two facilities of openIMIS on one org unit."""
    rows = matched([place("F1", "Kitua HC"), place("F2", "Kitua HC")], [unit(KITUA, "Kitua HC")])

    assert [rows[key]["decision"] for key in ("F1", "F2")] == ["to decide"] * 2
    assert [rows[key]["uid"] for key in ("F1", "F2")] == [KITUA] * 2


def test_a_name_is_not_accepted_where_another_place_is_nearly_as_similar() -> None:
    places = [place("F1", "Mwanzakurutemma"), place("F2", "Mwanzakurutomaa")]

    rows = matched(places, [unit(KITUA, "Mwanzakurutema")])

    assert decided(rows["F1"]) == ("to decide", KITUA, "second_candidate")


def test_a_hospital_and_a_dispensary_of_one_name_are_told_apart() -> None:
    places = [place("H", "Kitua Hospital"), place("D1", "Kitua Dispensary")]
    units = [unit(KITUA, "Hospital Kitua"), unit(OTHER, "Kitua Disp.")]

    rows = matched(places, units)

    assert decided(rows["H"]) == ("accepted", KITUA, "")
    assert decided(rows["D1"]) == ("accepted", OTHER, "")


def test_a_name_that_is_only_similar_is_proposed() -> None:
    row = matched([place("F", "Bamako")], [unit(KITUA, "Tamako")])["F"]

    assert decided(row) == ("to decide", KITUA, "not_similar")


def test_a_place_without_anything_similar_has_none() -> None:
    row = matched([place("F", "Kitua")], [unit(KITUA, "Bomba")])["F"]

    assert decided(row) == ("none", None, "no_candidate")
    assert row["home"] == DISTRICT


def test_a_short_name_is_a_second_spelling() -> None:
    units = [unit(KITUA, "Kitua Community Reference Establishment", shortName="Kitua HC")]

    assert matched([place("F", "Kitua HC")], units)["F"]["decision"] == "accepted"


# where they lie

NEAR = {"type": "Point", "coordinates": [36.800, -1.300]}
FAR = {"type": "Point", "coordinates": [36.900, -1.300]}
VERY_FAR = {"type": "Point", "coordinates": [39.900, -1.300]}
HERE = {"longitude": 36.801, "latitude": -1.300}


def test_of_two_org_units_of_one_name_the_near_one_is_accepted() -> None:
    units = [unit(KITUA, "Kitua", geometry=NEAR), unit(OTHER, "Kitua", geometry=FAR)]

    row = matched([place("F", "Kitua", **HERE)], units)["F"]

    assert (decided(row), row["how"]) == (("accepted", KITUA, ""), "name and distance")
    assert row["km"] == pytest.approx(0.11, abs=0.01)


def test_two_near_org_units_of_one_name_are_left_to_a_person() -> None:
    units = [unit(KITUA, "Kitua", geometry=NEAR), unit(OTHER, "Kitua", geometry=NEAR)]

    assert matched([place("F", "Kitua", **HERE)], units)["F"]["decision"] == "to decide"


def test_a_near_one_is_not_accepted_where_one_without_a_point_is_similar_too() -> None:
    """Kitui may be the place as well: nobody knows where it lies."""
    units = [unit(KITUA, "Kitwa", geometry=NEAR), unit(OTHER, "Kitui")]

    row = matched([place("F", "Kitua", **HERE)], units)["F"]

    assert row["decision"] == "to decide"
    assert row["how"] != "name and distance"


def test_a_near_one_is_not_accepted_where_a_place_without_a_point_is_similar_too() -> None:
    rows = matched(
        [place("F", "Kitua", **HERE), place("G", "Kitwo")], [unit(KITUA, "Kitwa", geometry=NEAR)]
    )

    assert [rows[key]["decision"] for key in "FG"] == ["to decide"] * 2


@pytest.mark.parametrize(
    ("name", "near"),
    [("Kitua Hospital", "Kitua Dispensary"), ("Kitua II", "Kitua III"), ("Kitua", "Kitua 2")],
)
def test_what_lies_near_and_says_that_it_is_another_is_proposed_and_no_more(
    name: str, near: str
) -> None:
    """Where names that are less similar count too; by default two numbers are never similar."""
    units = [unit(KITUA, near, geometry=NEAR)]

    row = matched([place("F", name, **HERE)], units, settings(propose_score=50))["F"]

    assert row["decision"] == "to decide"
    assert "other_kind" in row["note"]


def test_what_lies_near_under_another_name_is_proposed_and_no_more() -> None:
    row = matched([place("F", "Kitua", **HERE)], [unit(KITUA, "Bomba", geometry=NEAR)])["F"]

    assert (decided(row), row["how"]) == (("to decide", KITUA, "not_similar"), "distance")


def test_a_name_alone_is_not_accepted_over_a_great_distance() -> None:
    row = matched([place("F", "Kitua", **HERE)], [unit(KITUA, "Kitua", geometry=VERY_FAR)])["F"]

    assert decided(row) == ("to decide", KITUA, "far")


# trees that differ

LEVELS_OF_ALL = {"region": [2], "district": [3], "ward": [4], "facility": [5]}


def test_places_of_a_level_that_dhis2_has_not_belong_to_what_lies_above() -> None:
    places = [
        place("W", "Jamu", kind="ward"),
        place("V", "Rachla", "W", kind="village"),
        place("F", "Kitua"),
    ]

    rows = matched(places, [unit(KITUA, "Kitua"), unit(OTHER, "Jamu")])

    assert [decided(rows[key]) for key in "WV"] == [("none", None, "no_level")] * 2
    assert [rows[key]["home"] for key in "WVF"] == [DISTRICT, DISTRICT, KITUA]


def test_levels_that_openimis_has_not_are_looked_through() -> None:
    zone = f"{ROOT}/{REGION}/{DISTRICT}/ZoneUnit001"
    units = [unit("ZoneUnit001", "North zone"), unit(KITUA, "Kitua", zone)]

    levels = {"region": [2], "district": [3], "facility": [5]}
    assert matched([place("F", "Kitua")], units, settings(levels=levels))["F"]["uid"] == KITUA


def test_facilities_may_lie_on_several_levels() -> None:
    levels = {"region": [2], "district": [3], "facility": [4, 5]}
    units = [unit(KITUA, "Kitua"), unit(OTHER, "Bomba", f"{ROOT}/{REGION}/{DISTRICT}/{KITUA}")]

    rows = matched([place("F", "Kitua"), place("G", "Bomba")], units, settings(levels=levels))

    assert [rows[key]["uid"] for key in "FG"] == [KITUA, OTHER]


def test_a_facility_in_another_district_is_proposed_by_its_name() -> None:
    units = [*NO_SECOND, unit(KITUA, "Kitua", ELSEWHERE)]

    assert decided(matched([place("F", "Kitua")], units)["F"]) == ("to decide", KITUA, "outside")


def test_a_facility_in_another_district_is_accepted_by_its_code_and_name_and_noted() -> None:
    units = [*NO_SECOND, unit(KITUA, "Kitua", ELSEWHERE, code="F")]

    assert decided(matched([place("F", "Kitua")], units)["F"]) == ("accepted", KITUA, "outside")


def test_a_code_elsewhere_under_another_name_is_a_chance() -> None:
    units = [*NO_SECOND, unit(KITUA, "Bomba", ELSEWHERE, code="F")]

    assert decided(matched([place("F", "Kitua")], units)["F"]) == ("none", None, "no_candidate")


def test_a_facility_on_another_level_is_accepted_by_its_code_and_name_and_noted() -> None:
    units = [unit(KITUA, "Kitua", f"{ROOT}/{REGION}", code="F")]

    row = matched([place("F", "Kitua")], units)["F"]

    assert decided(row) == ("accepted", KITUA, "outside other_level")


def test_what_lies_beside_the_root_is_no_candidate() -> None:
    units = [unit("OtherRoot01", "Other", "OtherRoot00"), unit(KITUA, "Kitua", "OtherRoot00/A/B")]

    assert matched([place("F", "Kitua")], units)["F"]["decision"] == "none"


def test_a_closed_org_unit_is_proposed_for_a_place_that_is_open() -> None:
    units = [unit(KITUA, "Kitua", closedDate="2020-01-31T00:00:00.000")]

    assert decided(matched([place("F", "Kitua")], units)["F"]) == ("to decide", KITUA, "closed")


def test_an_org_unit_that_is_to_be_closed_is_open_today() -> None:
    units = [unit(KITUA, "Kitua", closedDate="2026-06-30T00:00:00.000")]

    assert decided(matched([place("F", "Kitua")], units)["F"]) == ("accepted", KITUA, "")


def test_a_closed_org_unit_is_right_for_a_place_that_openimis_has_deleted() -> None:
    units = [unit(KITUA, "Kitua", closedDate="2020-01-31T00:00:00.000")]

    row = matched([place("F", "Kitua", is_current=False)], units)["F"]

    assert decided(row) == ("accepted", KITUA, "")


def test_a_deleted_place_does_not_make_its_successor_ambiguous() -> None:
    places = [place("F", "Kitua", is_current=False), place("G", "Kitua")]

    rows = matched(places, [unit(KITUA, "Kitua")])

    assert [decided(rows[key])[:2] for key in "FG"] == [("accepted", KITUA)] * 2


def test_the_org_unit_of_a_ward_is_not_a_facility_too() -> None:
    levels = {"region": [2], "district": [3], "ward": [4], "facility": [4]}
    places = [place("W", "Kitua", kind="ward"), place("F", "Kitua")]

    rows = matched(places, [unit(KITUA, "Kitua")], settings(levels=levels))

    assert decided(rows["W"])[:2] == ("accepted", KITUA)
    assert decided(rows["F"]) == ("to decide", KITUA, "taken")


def test_the_org_unit_of_a_facility_is_not_a_ward_of_the_same_name() -> None:
    levels = {"region": [2], "district": [3], "ward": [4], "facility": [4]}
    places = [place("W", "Kitua", kind="ward"), place("F", "Kitua Health Centre")]

    rows = matched(places, [unit(KITUA, "Kitua HC")], settings(levels=levels))

    assert decided(rows["W"])[0] == "to decide"
    assert decided(rows["F"]) == ("accepted", KITUA, "")


# what stands above is open


def test_below_a_place_that_is_not_decided_nothing_is_accepted_by_name() -> None:
    places = [place("E", "Nothing", "R", kind="district"), place("F", "Kitua", "E")]

    rows = matched(places, [unit(KITUA, "Kitua")])

    assert decided(rows["E"])[0] == "none"
    assert decided(rows["F"]) == ("to decide", KITUA, "outside")
    assert rows["F"]["home"] == REGION


def test_below_a_place_that_is_not_decided_a_place_without_candidates_waits() -> None:
    places = [place("E", "Nothing", "R", kind="district"), place("F", "Kitua", "E")]

    assert decided(matched(places, [])["F"]) == ("none", None, "parent_open")


# what a person has said


def as_decisions(*rows: tuple[str, str | None, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["key", "uid", "decision"], orient="row")


def test_what_a_person_decided_guides_what_is_looked_for_below() -> None:
    places = [place("E", "Nothing", "R", kind="district"), place("F", "Kitua", "E")]
    units = [*NO_SECOND, unit(KITUA, "Kitua", ELSEWHERE)]

    rows = matched(places, units, decisions=as_decisions(("E", "DistrictU02", "accepted")))

    assert decided(rows["F"]) == ("accepted", KITUA, "")


def test_below_a_place_that_has_no_org_unit_by_decision_one_higher_is_looked_through() -> None:
    places = [place("E", "Nothing", "R", kind="district"), place("F", "Kitua", "E")]
    units = [*NO_SECOND, unit(KITUA, "Kitua", ELSEWHERE)]

    rows = matched(places, units, decisions=as_decisions(("E", None, "none")))

    assert decided(rows["F"]) == ("accepted", KITUA, "")


def test_an_org_unit_that_a_person_has_given_away_is_not_given_again() -> None:
    places = [place("F", "Kitua"), place("G", "Bomba")]

    rows = matched(places, [unit(KITUA, "Kitua")], decisions=as_decisions(("G", KITUA, "accepted")))

    assert decided(rows["F"]) == ("to decide", KITUA, "taken")


def test_the_org_unit_of_a_deleted_place_is_free_for_its_successor() -> None:
    places = [place("F", "Kitua", is_current=False), place("G", "Kitua")]

    rows = matched(places, [unit(KITUA, "Kitua")], decisions=as_decisions(("F", KITUA, "accepted")))

    assert decided(rows["G"]) == ("accepted", KITUA, "")


def test_a_persons_own_table_comes_first_and_may_let_two_share_one() -> None:
    table = pl.DataFrame({"key": ["F", "G"], "uid": [OTHER, OTHER]})
    units = [unit(KITUA, "Kitua", code="F"), unit(OTHER, "Anything")]

    rows = matched([place("F", "Kitua"), place("G", "Bomba")], units, table=table)

    assert [rows[key]["uid"] for key in "FG"] == [OTHER, OTHER]
    assert {rows[key]["how"] for key in "FG"} == {"table"}
    assert {rows[key]["decision"] for key in "FG"} == {"accepted"}


def test_a_table_may_give_a_place_of_a_level_that_dhis2_has_not_an_org_unit() -> None:
    table = pl.DataFrame({"key": ["W"], "uid": [KITUA]})

    rows = matched([place("W", "Jamu", kind="ward")], [unit(KITUA, "Jamu Town")], table=table)

    assert decided(rows["W"])[:2] == ("accepted", KITUA)


def test_where_the_table_names_what_dhis2_has_not_a_person_is_told() -> None:
    table = pl.DataFrame({"key": ["F", "G"], "uid": ["NotThereAtA", "NotThereAtA"]})

    rows = matched([place("F", "Kitua"), place("G", "Bomba")], [unit(KITUA, "Kitua")], table=table)

    assert decided(rows["F"]) == ("to decide", KITUA, "table_unknown")
    assert decided(rows["G"]) == ("none", None, "table_unknown")


def test_the_root_itself_may_be_decided_for_a_region() -> None:
    places = [place("S", "Nation", None, kind="region"), place("E", "Rapta", "S", kind="district")]

    rows = matched(places, [], decisions=as_decisions(("S", ROOT, "accepted")))

    assert rows["E"]["home"] == ROOT
    assert decided(rows["E"])[0] == "to decide"


def test_limits_by_which_a_rival_would_not_be_seen_are_refused() -> None:
    with pytest.raises(ValueError, match="at most accept_score less margin"):
        settings(accept_score=80, margin=20)
