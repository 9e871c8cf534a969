"""Figures by a ministry's own org units are those of openIMIS, counted over the decisions."""

import tomllib

import polars as pl
import pytest

from tests.figures.desired_tracker import sent_of, tracker_in, wanted_of
from tests.figures.evaluator import figures
from tests.figures.figures_twice import KEY, VERSION, Figure
from tests.figures.matched_figures import MatchedFigures
from tests.figures.snapshots import read_of
from tests.figures.tracker import period
from tests.support.databases import PostgreSQL
from tests.support.ministry import SETTINGS
from tests.support.national_tree import AS_OF, ROOT, Nation, nation, openimis_tables
from tests.support.openimis_sample import write_postgresql
from transforms.matching.placement import placement_of
from transforms.matching.places import places_to_match
from transforms.model.desired import desired_metadata
from transforms.model.resources import OPTIONS
from transforms.openimis.country import country_of
from transforms.openimis.register import register_of
from transforms.package.program_indicators import program_indicator_objects, program_indicators_of

PERIODS = (period("202506"), period("2025"))
LEVELS = (2, 3, 4)
UNDECIDED = 3


def decided(made: Nation) -> pl.DataFrame:
    """The truth as a file of matches, with some facilities that nobody has decided."""
    facilities = [row["key"] for row in made.places if row["kind"] == "facility"]
    rows = [
        (key, "accepted" if uid else "none", uid, "Asha")
        if key not in facilities[:UNDECIDED]
        else (key, "to decide", None, None)
        for key, uid in made.truth.items()
    ]
    columns = ["openimis_uuid", "decision", "dhis2_uid", "who"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


@pytest.fixture(scope="module")
def compared(
    postgresql_server: PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> dict[int, list[Figure]]:
    made = nation(40, regions=2, districts=2, wards=1, seed=2)
    country = country_of(tomllib.loads(SETTINGS), "country.toml")
    database = postgresql_server.create_database()
    write_postgresql(openimis_tables(made, 300), database.conninfo)
    snapshot = read_of(database, tmp_path_factory.mktemp("nation"), country)
    register = register_of(snapshot)
    places = places_to_match(register)
    placement = placement_of(places, decided(made), country.match, ROOT)
    wanted = wanted_of(
        snapshot, as_of=AS_OF, country=country, pseudonym_key=KEY, placement=placement
    )
    parents = {row["id"]: (row.get("parent") or {}).get("id") for row in made.units}
    tracker = tracker_in(sent_of(wanted), parents)
    options = desired_metadata(register, country, None)[OPTIONS].collect()
    rows = program_indicators_of(country, options)
    objects = {each["id"]: each for each in program_indicator_objects(rows)["programIndicators"]}
    indicators = {row.key: objects[row.uid] for row in rows}
    there = placement.filter(pl.col("org_unit").is_not_null())
    sides = MatchedFigures(
        conninfo=database.conninfo,
        as_of=AS_OF,
        program_indicators=indicators,
        splits={row.key: (row.measure.key, row.split.key if row.split else "") for row in rows},
        units=dict(there.select("key", "org_unit").iter_rows()),
        paths={row["id"]: row["path"].strip("/").split("/") for row in made.units},
    )
    answered = {key: figures(each, tracker, PERIODS, VERSION) for key, each in indicators.items()}
    of_level = {
        level: [uid for uid, path in sides.paths.items() if len(path) == level] for level in LEVELS
    }
    return {
        level: sides.compared(answered.__getitem__, PERIODS, level, units)
        for level, units in of_level.items()
    }


@pytest.mark.parametrize("level", LEVELS)
def test_figures_of_each_level_are_those_of_the_decisions(
    compared: dict[int, list[Figure]], level: int
) -> None:
    assert [each for each in compared[level] if not each.is_equal] == []


def test_there_is_something_to_count_on_each_level(compared: dict[int, list[Figure]]) -> None:
    for level in LEVELS:
        counted = {each.key for each in compared[level] if each.openimis and each.place != ROOT}
        assert len(counted) > 40
