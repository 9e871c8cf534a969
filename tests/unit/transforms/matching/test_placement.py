"""Where what lies at a place goes: by its decision, else by the country file."""

from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from tests.unit.transforms.matching.trees import DISTRICT, REGION, ROOT, place, places_of, settings
from transforms.core.uids import uid_of_uuid
from transforms.matching.placement import placement_of, with_own_org_units
from transforms.openimis.match_settings import MatchSettings

KEY = "{}a1b2c3d-0000-4000-8000-000000000000".format
FACILITY, WARD, VILLAGE = KEY(1), KEY(2), KEY(3)
MATCHED = (("R", "accepted", REGION, "Asha"), ("D", "accepted", DISTRICT, "Asha"))


def placed(
    *decisions: tuple[str, str, str | None, str | None], limits: MatchSettings | None = None
) -> dict[str, dict[str, Any]]:
    """Key of a place to where it goes; region and district are matched unless it is said again."""
    said = {row[0]: row for row in (*MATCHED, *decisions)}
    rows = pl.DataFrame(
        list(said.values()),
        schema=dict.fromkeys(("openimis_uuid", "decision", "dhis2_uid", "who"), pl.String),
        orient="row",
    )
    places = places_of(
        place(WARD, "Ward", kind="ward"),
        place(VILLAGE, "Village", WARD, kind="village"),
        place(FACILITY, "Clinic"),
    )
    found = placement_of(places, rows, limits or settings(), ROOT)
    return {row["key"]: row for row in found.to_dicts()}


def test_an_accepted_place_goes_to_its_org_unit() -> None:
    found = placed((FACILITY, "accepted", "ClinicUnit1", "match-org-units"))[FACILITY]

    assert (found["org_unit"], found["is_own"], found["reason"]) == ("ClinicUnit1", True, None)
    assert found["text"] == f"{FACILITY} Clinic"


@pytest.mark.parametrize("key", [WARD, VILLAGE])
def test_a_place_of_a_level_that_dhis2_has_not_goes_where_the_place_above_goes(key: str) -> None:
    found = placed((key, "none", None, None))[key]

    assert (found["org_unit"], found["is_own"]) == (DISTRICT, False)


@pytest.mark.parametrize(
    "decision",
    [
        (FACILITY, "to decide", "ClinicUnit1", None),
        (FACILITY, "accepted", "ClinicUnit1", None),
        ("another", "none", None, None),
    ],
)
def test_what_nobody_has_decided_waits(decision: tuple[str, str, str | None, str | None]) -> None:
    found = placed(decision)[FACILITY]

    assert (found["org_unit"], found["reason"]) == (None, "place_to_decide")
    assert found["is_own_reason"]


def test_a_place_without_org_unit_waits_unless_the_country_file_says_else() -> None:
    found = placed((FACILITY, "none", None, "Asha"))[FACILITY]

    assert (found["org_unit"], found["reason"]) == (None, "place_without_org_unit")


@pytest.mark.parametrize(
    ("where", "unit"), [("above", DISTRICT), ("district", DISTRICT), ("region", REGION)]
)
def test_or_it_goes_to_the_named_place_above(where: str, unit: str) -> None:
    limits = settings(unmatched={"facility": where})

    found = placed((FACILITY, "none", None, None), limits=limits)[FACILITY]

    assert (found["org_unit"], found["is_own"], found["reason"]) == (unit, False, None)


def test_what_is_to_be_decided_waits_also_where_unmatched_ones_go_up() -> None:
    limits = settings(unmatched={"facility": "above"})

    found = placed((FACILITY, "to decide", "ClinicUnit1", None), limits=limits)[FACILITY]

    assert found["reason"] == "place_to_decide"


def test_below_an_undecided_district_all_wait_and_only_the_district_is_told() -> None:
    limits = settings(unmatched={"facility": "above"})

    found = placed(
        ("D", "to decide", None, None), (FACILITY, "none", None, "Asha"), limits=limits
    )  # fmt: skip

    assert {found[key]["reason"] for key in ("D", WARD, VILLAGE, FACILITY)} == {"place_to_decide"}
    assert [key for key, row in found.items() if row["is_own_reason"]] == ["D"]


def test_a_facility_is_made_only_if_a_person_says_that_there_is_none() -> None:
    limits = settings(unmatched={"facility": "create"})
    own = pl.select(uid_of_uuid(pl.lit(FACILITY))).item()

    said = placed((FACILITY, "none", None, "Asha"), limits=limits)[FACILITY]
    unsaid = placed((FACILITY, "none", None, None), limits=limits)[FACILITY]

    assert (said["org_unit"], said["parent"], said["is_own"]) == (own, DISTRICT, True)
    assert (unsaid["org_unit"], unsaid["reason"]) == (None, "place_to_decide")


def test_it_is_made_below_the_org_unit_that_the_country_file_names() -> None:
    limits = settings(unmatched={"facility": "create"}, created_below="NewPlaces01")

    assert placed((FACILITY, "none", None, "A"), limits=limits)[FACILITY]["parent"] == "NewPlaces01"


def test_only_facilities_are_made_and_nothing_goes_down() -> None:
    for unmatched in ({"ward": "create"}, {"region": "district"}, {"district": "ward"}):
        with pytest.raises(ValidationError, match="possible are"):
            settings(unmatched=unmatched)


def test_a_place_has_figures_of_its_own_only_if_no_other_has_its_org_unit() -> None:
    places = places_of(place(KEY(4), "One"), place(KEY(5), "Two"), place(KEY(6), "Three"))
    rows = pl.DataFrame(
        [
            (key, "accepted", uid, "A")
            for key, uid in [(KEY(4), "Unit0000001"), (KEY(5), "Unit0000001"), (KEY(6), "Unit2")]
        ],
        schema=["openimis_uuid", "decision", "dhis2_uid", "who"],
        orient="row",
    )
    placement = placement_of(places, rows, settings(), ROOT)

    own = with_own_org_units(pl.LazyFrame({"uid": placement["place"].drop_nulls()}), placement)

    assert sorted(filter(None, own.collect()["uid"].to_list())) == ["Unit2"]
