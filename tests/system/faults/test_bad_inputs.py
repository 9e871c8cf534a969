"""Bad records of openIMIS, through the whole pipeline: sent or told, never guessed."""

import copy
import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from staging.frames import read_stage, scan_frame
from staging.rejects import read_rejects
from tests.support.openimis_sample.defects import Defect
from tests.support.sandbox.restarting import a_server
from tests.support.scheme import DAY_ONE, Scheme
from tests.support.scheme.comparisons import assert_acknowledged_is_held
from tests.support.scheme.contents import KINDS, Content, acknowledged, by_key, tracker
from tests.support.tally import BAD_INPUTS, tried
from tests.system.faults.apart import MADE_OF, Apart, apart
from tests.system.faults.bad_inputs import (
    DEFECTS_OF_ALL,
    FATES,
    HELD,
    HELD_BACK_PLACES,
    POPULATED,
    TURN_BAD,
    WIDE,
    Fate,
)
from transforms.core.fields import Treatment
from transforms.dhis2.tables.error_codes import ERROR_CODES
from transforms.model.resources import ORG_UNITS, RESOURCE_BY_NAME, RESOURCES
from transforms.model.tables.insuree import INSUREE_FIELDS
from transforms.openimis.tables.field_reasons import hint_of
from transforms.openimis.tables.reasons import COUNTED_ONLY_REASONS

pytestmark = pytest.mark.longer

NOTE, COUNTED = "note", "counted"
RUN, NEXT = "first-load", "next-load"
OWN_ID = pl.col("key").str.split(":").list.first()
SEND_ALL = {field.name: Treatment.SEND for field in INSUREE_FIELDS}


@dataclass
class Loaded:
    """A database of bad records, and what came of it."""

    bench: Apart
    scheme: Scheme

    @cached_property
    def rejects(self) -> pl.DataFrame:
        """All rejects and notes, and what was only counted."""
        told = read_rejects(self.scheme.job(RUN).run).collect()
        return pl.concat([told, self.counted.with_columns(stage=pl.lit(COUNTED))], how="diagonal")

    @cached_property
    def counted(self) -> pl.DataFrame:
        """What is not held, and has a fault of which only the objects are counted."""
        frames = []
        for resource in RESOURCES:
            first = pl.element().filter(pl.element().is_in(sorted(COUNTED_ONLY_REASONS)))
            rows = self.wanted(resource.name).with_columns(
                resource=pl.lit(resource.name),
                reason=pl.col("faults").list.eval(first).list.first(),
            )
            held = self.held[resource.name].select("key")
            frames.append(rows.drop_nulls("reason").join(held, on="key", how="anti"))
        return pl.concat(frames).select("resource", "key", "id", "reason")

    @cached_property
    def held(self) -> Mapping[str, pl.DataFrame]:
        """What DHIS2 has confirmed: resource → rows, with `id`."""
        frames = {each.name: acknowledged(self.scheme.target, each) for each in RESOURCES}
        held = {name: rows.filter(state="held") for name, rows in frames.items()}
        units = [{"id": each["code"], "key": each["code"]} for each in self._org_units()]
        return {name: rows.with_columns(id=OWN_ID) for name, rows in held.items()} | {
            ORG_UNITS: pl.DataFrame(units)
        }

    def _org_units(self) -> list[dict[str, str]]:
        units = self.scheme.sandbox.metadata("organisationUnits").values()
        return [each for each in units if "code" in each]

    def fate(self, name: str) -> Fate:
        """Return what became of what is made of a bad record."""
        resources, ids = MADE_OF[self.bench.rows[name][0]][2], self.bench.ids(name)
        mine = self.rejects.filter(pl.col("resource").is_in(resources), pl.col("id").is_in(ids))
        here = [self.held[each].filter(pl.col("id").is_in(ids)).height for each in resources]
        return Fate(
            arrives=any(here),
            held_back=frozenset(mine.filter(pl.col("stage") != NOTE)["reason"]),
            left_out=frozenset(mine.filter(pl.col("stage") == NOTE)["reason"]),
        )

    def lost_and_double(self, name: str) -> tuple[int, int]:
        """Return how much of a bad record is neither held nor told, and how much is twice or more.

        Double is what is held and not wanted, or by two UIDs.
        """
        resources, ids = MADE_OF[self.bench.rows[name][0]][2], self.bench.ids(name)
        lost = double = 0
        for resource in resources:
            mine = pl.col("id").is_in(ids)
            held, told = (each.filter(mine) for each in (self.held[resource], self.told(resource)))
            wanted = self.wanted(resource).filter(mine)["key"]
            lost += len({*wanted} - {*held["key"]} - {*told["key"]})
            double += len({*held["key"]} - {*wanted}) + held.height - held["key"].n_unique()
        return lost, double

    def wanted(self, resource: str) -> pl.DataFrame:
        """Return the keys that are wanted, with `id`."""
        run = self.scheme.job(RUN).run
        parts = 1 if resource == ORG_UNITS else read_stage(run, "desired")["partitions"]
        frames = [
            scan_frame(run.desired(resource, number)).select("key", "faults")
            for number in range(parts)
        ]
        return pl.concat(frames).drop_nulls("key").with_columns(id=OWN_ID).collect()

    def told(self, resource: str) -> pl.DataFrame:
        """Return what is a reject."""
        return self.rejects.filter(pl.col("resource") == resource, pl.col("stage") != NOTE)

    def values(self, name: str, resource: str, field: str) -> set[str | None]:
        """Return the values of a field in what is made of a bad record."""
        rows = self.held[resource].filter(pl.col("id").is_in(self.bench.ids(name)))
        return set(rows[field])


def loaded(folder: Path, insurees: int, made: Mapping[str, Defect]) -> Iterator[Loaded]:
    """Put every bad record into one database, and bring that to a DHIS2."""
    bench = apart(insurees, DAY_ONE, made)
    with a_server() as server:
        scheme = Scheme(folder, server.sandbox)
        scheme.privacy = SEND_ALL
        scheme.source.write(bench.tables)
        widen(scheme.database)
        scheme.set_up()
        scheme.bring(RUN)
        yield Loaded(bench, scheme)


@dataclass
class TurnedBad:
    """A sound database that was loaded, then turned bad, and was loaded once more."""

    bench: Apart
    scheme: Scheme
    before: Content
    after: Content

    def rows(self, content: Content, name: str) -> dict[str, Any]:
        """Return what DHIS2 holds of what was made of a record that turned bad."""
        resources, ids = MADE_OF[self.bench.rows[name][0]][2], set(self.bench.ids(name))
        if ORG_UNITS in resources:
            units = content["organisationUnits"].values()
            return {each["code"]: each for each in units if each.get("code") in ids}
        return {
            key: row
            for rows in content.values()
            for key, row in rows.items()
            if key.split(" ")[0] in resources and key.split(" ")[-1].split(":")[0] in ids
        }

    def reasons(self, name: str) -> set[str]:
        """Return why what was made of it is held back."""
        resources, ids = MADE_OF[self.bench.rows[name][0]][2], self.bench.ids(name)
        rows = read_rejects(self.scheme.job(NEXT).run).filter(
            pl.col("resource").is_in(resources), pl.col("id").is_in(ids), pl.col("stage") != NOTE
        )
        return set(rows.collect()["reason"])


def turned_bad(folder: Path, insurees: int, made: Mapping[str, Defect]) -> Iterator[TurnedBad]:
    """Load a sound database, put every bad record into it, and load it again."""
    bench = apart(insurees, DAY_ONE, made)
    with a_server() as server:
        scheme = Scheme(folder, server.sandbox)
        scheme.privacy = SEND_ALL
        contents = []
        for run_id, tables in ((RUN, bench.sound), (NEXT, bench.tables)):
            scheme.database.unlink(missing_ok=True)
            scheme.source.write(tables)
            widen(scheme.database)
            if run_id == RUN:
                scheme.set_up()
            scheme.bring(run_id)
            scheme.day += timedelta(days=1)
            places = scheme.sandbox.metadata("organisationUnits")
            content = by_key(tracker(scheme.sandbox), scheme.target)
            contents.append(content | {"organisationUnits": copy.deepcopy(places)})
        yield TurnedBad(bench, scheme, *contents)


def widen(database: Path) -> None:
    """Let columns of text hold more: countries widen them."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        tables = "SELECT name, sql FROM sqlite_schema WHERE type = 'table'"
        for name, statement in connection.execute(tables).fetchall():
            wider = re.sub(r"VARCHAR\((?!21\)|36\))\d+\)", "VARCHAR(1000)", statement)
            connection.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (wider, name))
        connection.commit()


def is_wide(name: str) -> bool:
    """Whether much else hangs on a bad record, so that it is tried in a database apart."""
    return name.startswith(WIDE)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """Bad persons, policies, claims and register entries."""
    made = {name: each for name, each in DEFECTS_OF_ALL.items() if not is_wide(name)}
    yield from loaded(tmp_path_factory.mktemp("records"), 1_300, made)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """Bad places and products."""
    made = {name: each for name, each in DEFECTS_OF_ALL.items() if is_wide(name)}
    yield from loaded(tmp_path_factory.mktemp("places"), 200, made)


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnedBad]:
    """Persons, policies and claims that turned bad after they were loaded."""
    made = {name: DEFECTS_OF_ALL[name] for name in TURN_BAD}
    yield from turned_bad(tmp_path_factory.mktemp("turned"), 700, made)


@pytest.fixture(scope="module")
def deserted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TurnedBad]:
    """Places with people and claims that turned bad after they were loaded."""
    yield from turned_bad(tmp_path_factory.mktemp("deserted"), 200, POPULATED)


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """Places with people and claims that were bad from the beginning."""
    yield from loaded(tmp_path_factory.mktemp("peopled"), 200, POPULATED)


def cases(*, wide: bool) -> list[str]:
    """Return the names of the bad records of one database."""
    return [name for name in DEFECTS_OF_ALL if is_wide(name) == wide]


def check(loaded: Loaded, name: str) -> None:
    """A bad record arrives, or is told of with reasons of its own."""
    fate = loaded.fate(name)

    lost, double = loaded.lost_and_double(name)
    tried(BAD_INPUTS, name, lost=lost, double=double)
    assert (lost, double) == (0, 0)
    assert fate == FATES[name], DEFECTS_OF_ALL[name].says
    for code in fate.held_back | fate.left_out:
        assert code in ERROR_CODES or hint_of(code), f"{code} has no hint"


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", cases(wide=False))
def test_a_bad_record_is_sent_or_told(records: Loaded, name: str) -> None:
    check(records, name)


@pytest.mark.parametrize("name", cases(wide=True))
def test_a_bad_place_or_product_is_sent_or_told(places: Loaded, name: str) -> None:
    check(places, name)


@pytest.mark.exhaustive
@pytest.mark.parametrize(("name", "resource", "field", "values"), HELD)
def test_a_value_is_sent_as_it_is_and_not_mended(
    records: Loaded, name: str, resource: str, field: str, values: set[str | None]
) -> None:
    (key,) = [each.key for each in RESOURCE_BY_NAME[resource].fields if each.name == field]

    assert records.values(name, resource, key) == values


def assert_counted(loaded: Loaded) -> None:
    """The run has counted what it has not listed."""
    counts = loaded.counted.group_by("resource", "reason").len().sort("resource", "reason")
    told = read_stage(loaded.scheme.job(RUN).run, "changes")["counted_only"]

    assert counts.rows() == sorted(
        (resource, reason, count)
        for resource, reasons in told.items()
        for reason, count in reasons.items()
    )


def accounted_for(loaded: Loaded, resource: str) -> tuple[set[str], set[str]]:
    """Return the keys that are wanted, and those that are held or rejects."""
    wanted, told = loaded.wanted(resource)["key"], loaded.told(resource)["key"]
    return set(wanted), set(loaded.held[resource]["key"]) | set(told)


def test_whatever_is_wanted_is_held_or_a_reject(places: Loaded) -> None:
    for resource in RESOURCES:
        wanted, accounted = accounted_for(places, resource.name)
        assert wanted <= accounted
    assert_counted(places)
    assert_acknowledged_is_held(places.scheme)


@pytest.mark.exhaustive
def test_whatever_is_wanted_of_bad_records_is_held_or_a_reject(records: Loaded) -> None:
    for resource in RESOURCES:
        wanted, accounted = accounted_for(records, resource.name)
        assert wanted <= accounted
    assert_counted(records)
    assert_acknowledged_is_held(records.scheme)


def test_every_bad_record_has_a_fate() -> None:
    assert FATES.keys() == DEFECTS_OF_ALL.keys()


def check_turned(turned: TurnedBad, name: str, reasons: Collection[str]) -> None:
    """What was loaded stays as it is, and why is told."""
    before, after = turned.rows(turned.before, name), turned.rows(turned.after, name)

    lost = sum(after.get(key) != row for key, row in before.items())
    double = len(after.keys() - before.keys())
    tried(BAD_INPUTS, f"{name}, once it was loaded", lost=lost, double=double)
    assert before
    assert (lost, double) == (0, 0)
    assert set(reasons) <= turned.reasons(name)


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", TURN_BAD)
def test_what_was_loaded_and_turns_bad_is_told_and_stays_as_it_is(
    turned: TurnedBad, name: str
) -> None:
    check_turned(turned, name, FATES[name].held_back - {"parent_rejected"})


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", POPULATED)
def test_a_place_with_people_that_turns_bad_is_told_and_stays_with_all_of_them(
    deserted: TurnedBad, name: str
) -> None:
    check_turned(deserted, name, HELD_BACK_PLACES[name])
    gone = {
        key
        for kind in KINDS.values()
        for key in deserted.before[kind].keys() - deserted.after[kind]
    }
    assert gone == set()


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", POPULATED)
def test_who_lives_at_a_bad_place_is_sent_or_told(peopled: Loaded, name: str) -> None:
    lost, double = peopled.lost_and_double(name)
    tried(BAD_INPUTS, name, lost=lost, double=double)
    assert (lost, double) == (0, 0)
    assert peopled.fate(name).held_back >= HELD_BACK_PLACES[name]
    for resource in RESOURCES:
        wanted, accounted = accounted_for(peopled, resource.name)
        assert wanted <= accounted
    assert_acknowledged_is_held(peopled.scheme)
