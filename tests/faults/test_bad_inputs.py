"""Bad records of openIMIS, through the whole pipeline: sent or told, never guessed."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl
import pytest

from staging.frames import read_stage, scan_frame
from staging.rejects import read_rejects
from tests.crashes.contents import acknowledged
from tests.crashes.loader import Job, bring
from tests.crashes.scheme import DAY_ONE, Scheme
from tests.crashes.story import assert_acknowledged_is_held
from tests.faults.apart import MADE_OF, Apart, apart
from tests.faults.bad_inputs import DEFECTS_OF_ALL, FATES, HELD, WIDE, Fate
from tests.faults.server import a_server
from tests.openimis_sample.defects import Defect
from tests.tally import BAD_INPUTS, tried
from transforms.country import Country
from transforms.resources import RESOURCE_BY_NAME, RESOURCES
from transforms.tables.error_codes import ERROR_CODES
from transforms.tables.fields import Treatment
from transforms.tables.insuree import INSUREE_FIELDS
from transforms.tables.reasons import known_hint

NOTE = "note"
RUN = "first-load"


class OpenJob(Job):
    """A run of a country that sends every value as it is."""

    @property
    def country(self) -> Country:
        """The country file."""
        privacy = {field.name: Treatment.SEND for field in INSUREE_FIELDS}
        return super().country.model_copy(update={"privacy": privacy})


@dataclass
class Loaded:
    """A database of bad records, and what came of it."""

    bench: Apart
    scheme: Scheme

    @cached_property
    def rejects(self) -> pl.DataFrame:
        """All rejects and notes."""
        return read_rejects(self.scheme.job(RUN).run).collect()

    @cached_property
    def held(self) -> Mapping[str, pl.DataFrame]:
        """What DHIS2 has confirmed: resource → rows, with `id`."""
        frames = {each.name: acknowledged(self.scheme.target, each) for each in RESOURCES}
        own = pl.col("key").str.split(":").list.first().alias("id")
        held = {name: rows.filter(state="held") for name, rows in frames.items()}
        units = [{"id": each["code"]} for each in self._org_units() if "code" in each]
        return {name: rows.with_columns(own) for name, rows in held.items()} | {
            "org_units": pl.DataFrame(units)
        }

    def _org_units(self) -> list[dict[str, str]]:
        return list(self.scheme.sandbox.metadata("organisationUnits").values())

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

    def values(self, name: str, resource: str, field: str) -> set[str | None]:
        """Return the values of a field in what is made of a bad record."""
        rows = self.held[resource].filter(pl.col("id").is_in(self.bench.ids(name)))
        return set(rows[field])


def loaded(folder: Path, insurees: int, made: Mapping[str, Defect]) -> Iterator[Loaded]:
    """Put every bad record into one database, and bring that to a DHIS2."""
    bench = apart(insurees, DAY_ONE, made)
    with a_server() as server:
        scheme = Scheme(folder, server.sandbox)
        scheme.source.write(bench.tables)
        widen(folder / "scheme" / "openimis.sqlite")
        scheme.set_up()
        bring(OpenJob(**vars(scheme.job(RUN))))
        yield Loaded(bench, scheme)


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


def cases(*, wide: bool) -> list[str]:
    """Return the names of the bad records of one database."""
    return [name for name in DEFECTS_OF_ALL if is_wide(name) == wide]


def check(loaded: Loaded, name: str) -> None:
    """A bad record arrives, or is told of with reasons of its own."""
    fate = loaded.fate(name)

    accounted = fate.arrives or fate.held_back or not FATES[name].held_back
    tried(BAD_INPUTS, name, lost=int(not accounted), double=0)
    assert fate == FATES[name], DEFECTS_OF_ALL[name].says
    for code in fate.held_back | fate.left_out:
        assert code in ERROR_CODES or known_hint(code), f"{code} has no hint"


@pytest.mark.large
@pytest.mark.parametrize("name", cases(wide=False))
def test_a_bad_record_is_sent_or_told(records: Loaded, name: str) -> None:
    check(records, name)


@pytest.mark.parametrize("name", cases(wide=True))
def test_a_bad_place_or_product_is_sent_or_told(places: Loaded, name: str) -> None:
    check(places, name)


@pytest.mark.large
@pytest.mark.parametrize(("name", "resource", "field", "values"), HELD)
def test_a_value_is_sent_as_it_is_and_not_mended(
    records: Loaded, name: str, resource: str, field: str, values: set[str | None]
) -> None:
    (uid,) = [each.uid for each in RESOURCE_BY_NAME[resource].fields if each.name == field]

    assert records.values(name, resource, uid) == values


def accounted_for(loaded: Loaded, resource: str) -> tuple[set[str], set[str]]:
    """Return the keys that are wanted, and those that are held or rejects."""
    run = loaded.scheme.job(RUN).run
    partitions = range(read_stage(run, "desired")["partitions"])
    frames = [scan_frame(run.desired(resource, number)).select("key") for number in partitions]
    wanted = pl.concat(frames).drop_nulls().collect()["key"]
    told = loaded.rejects.filter(pl.col("resource") == resource, pl.col("stage") != NOTE)["key"]
    return set(wanted), set(loaded.held[resource]["key"]) | set(told)


def test_whatever_is_wanted_is_held_or_a_reject(places: Loaded) -> None:
    for resource in RESOURCES:
        wanted, accounted = accounted_for(places, resource.name)
        assert wanted <= accounted
    assert_acknowledged_is_held(places.scheme)


@pytest.mark.large
def test_whatever_is_wanted_of_bad_records_is_held_or_a_reject(records: Loaded) -> None:
    for resource in RESOURCES:
        wanted, accounted = accounted_for(records, resource.name)
        assert wanted <= accounted
    assert_acknowledged_is_held(records.scheme)


def test_every_bad_record_has_a_fate() -> None:
    assert FATES.keys() == DEFECTS_OF_ALL.keys()
