"""Matching on random trees: few names and codes, so that nearly everything is nearly the same."""

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from transforms.matching.match import DECISIONS, match
from transforms.matching.org_unit_tree import org_units_of
from transforms.matching.places import PLACES
from transforms.openimis.match_settings import MatchSettings

ROOT = "RootUnit000"
SETTINGS = MatchSettings(levels={"region": [2], "district": [3], "facility": [4]})
NAMES = st.sampled_from(["Kitua", "Kitui", "KITUA", "Kitua HC", "Kitua Hospital", "Kitua 2", ""])
CODES = st.none() | st.sampled_from(["A", "B", "C"])
POINTS = st.none() | st.sampled_from([(30.0, -1.0), (30.005, -1.0), (35.0, -1.0)])
Rows = list[dict[str, Any]]


@st.composite
def org_units(draw: st.DrawFn) -> Rows:
    """A root, up to three regions and districts, and what lies below them, some of it closed."""
    paths, units = [f"/{ROOT}"], [{"id": ROOT, "name": "Nation", "path": f"/{ROOT}"}]
    for number in range(draw(st.integers(2, 10))):
        uid = f"UnitNumber{chr(65 + number)}"
        above = draw(st.sampled_from([path for path in paths if path.count("/") < 4]))
        point = draw(POINTS)
        paths.append(f"{above}/{uid}")
        units.append(
            {
                "id": uid,
                "name": draw(NAMES),
                "code": draw(CODES),
                "path": paths[-1],
                "closedDate": draw(st.sampled_from([None, None, "2020-01-01"])),
                "geometry": point and {"type": "Point", "coordinates": list(point)},
            }
        )
    return units


@st.composite
def places(draw: st.DrawFn) -> Rows:
    """Up to two regions and districts, and facilities below them, some of them deleted."""
    kinds = {"region": None, "district": "region", "facility": "district"}
    rows: Rows = []
    for kind, above in kinds.items():
        parents = [row["key"] for row in rows if row["kind"] == above] if above else [None]
        for _ in range(draw(st.integers(1, 4 if kind == "facility" else 2))):
            longitude, latitude = draw(POINTS) or (None, None)
            name = draw(NAMES)
            rows.append(
                {
                    "key": f"place{len(rows)}",
                    "kind": kind,
                    "code": draw(CODES),
                    "name": name,
                    "parent_key": draw(st.sampled_from(parents)),
                    "path": name,
                    "is_current": draw(st.sampled_from([True, True, False])),
                    "longitude": longitude,
                    "latitude": latitude,
                }
            )
    return rows


def matches_of(
    places: Rows, units: Rows, decisions: pl.DataFrame | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the places, and their matches."""
    frame = pl.DataFrame(places, schema=PLACES)
    return frame, match(
        frame, org_units_of(units, today=date(2026, 1, 1)), ROOT, SETTINGS, decisions=decisions
    )


def decisions_of(matches: pl.DataFrame) -> pl.DataFrame:
    return matches.filter(decision="accepted").select(DECISIONS.names())


@given(places(), org_units())
def test_each_place_has_one_row_in_order(places: Rows, units: Rows) -> None:
    frame, matches = matches_of(places, units)

    assert matches["key"].to_list() == frame["key"].to_list()
    assert set(matches["decision"]) <= {"accepted", "to decide", "none"}


@given(places(), org_units())
def test_no_two_current_places_are_given_one_org_unit(places: Rows, units: Rows) -> None:
    frame, matches = matches_of(places, units)

    accepted = frame.filter("is_current").join(decisions_of(matches), on="key")
    assert accepted["uid"].n_unique() == accepted.height


@given(places(), org_units())
def test_what_is_accepted_is_open_for_a_current_place(places: Rows, units: Rows) -> None:
    frame, matches = matches_of(places, units)

    closed = {unit["id"] for unit in units if unit.get("closedDate")}
    accepted = frame.filter("is_current").join(decisions_of(matches), on="key")
    assert closed.isdisjoint(accepted["uid"])


@given(places(), org_units())
def test_a_name_alone_is_not_accepted_where_two_org_units_of_a_district_have_it(
    places: Rows, units: Rows
) -> None:
    _, matches = matches_of(places, units)

    def others(uid: str) -> Rows:
        [own] = [unit for unit in units if unit["id"] == uid]
        beside = own["path"].rpartition("/")[0]
        return [
            unit
            for unit in units
            if unit is not own
            and unit["path"].rpartition("/")[0] == beside
            and unit["name"].casefold() == own["name"].casefold()
        ]

    by_name = matches.filter(pl.col("decision") == "accepted", pl.col("how") == "same name")
    assert [others(uid) for uid in by_name["uid"]] == [[]] * by_name.height


@given(places(), org_units())
def test_done_again_with_its_own_decisions_it_finds_the_same(places: Rows, units: Rows) -> None:
    _, first = matches_of(places, units)

    _, again = matches_of(places, units, decisions_of(first))

    columns = ("key", "uid", "decision", "home")
    assert again.select(columns).equals(first.select(columns))


@given(places(), org_units(), st.data())
def test_what_was_decided_stays(places: Rows, units: Rows, data: st.DataObject) -> None:
    uids = st.none() | st.sampled_from([unit["id"] for unit in units])
    drawn = [(row["key"], data.draw(uids)) for row in places if data.draw(st.booleans())]
    rows = [(key, uid, "accepted" if uid else "none") for key, uid in drawn]
    decisions = pl.DataFrame(rows, schema=DECISIONS, orient="row")

    _, matches = matches_of(places, units, decisions)

    kept = decisions.select("key").join(matches, on="key", maintain_order="left")
    assert kept.select(DECISIONS.names()).equals(decisions)
