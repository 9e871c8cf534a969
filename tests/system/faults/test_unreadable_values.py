"""Values that cannot be read, through the whole pipeline: rows are told, nothing is touched."""

import copy
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from staging.rejects import read_rejects
from tests.support.openimis_sample import schema
from tests.support.openimis_sample.defects import Defect, Workbench
from tests.support.sandbox.restarting import a_server
from tests.support.scheme import DAY_ONE, Scheme
from tests.support.scheme.comparisons import assert_acknowledged_is_held
from tests.support.scheme.contents import Content, by_key, tracker
from tests.support.tally import UNREADABLE_VALUES, tried
from tests.system.faults.apart import MADE_OF, Apart, apart
from tests.system.faults.test_bad_inputs import SEND_ALL
from tests.system.faults.unreadable import BAD_VALUES
from transforms.changes.answers.reject_rows import UNREADABLE_ROWS

pytestmark = pytest.mark.longer

NIGHTS = ("sound", "spoilt", "mended")


@dataclass
class Nights:
    """A sound night, one with values that cannot be read, and one after they were corrected."""

    bench: Apart
    scheme: Scheme
    held: dict[str, Content]

    def made_of(self, night: str, name: str) -> dict[str, Any]:
        """Return what DHIS2 held in a night of what is made of the rows of a bad value."""
        resources = MADE_OF[BAD_VALUES[name].table][2]
        ids = set(self.bench.ids(name))
        return {
            key: row
            for rows in self.held[night].values()
            for key, row in rows.items()
            if key.split(" ")[0] in resources and key.split(" ")[-1].split(":")[0] in ids
        }

    def told(self, night: str, name: str) -> pl.DataFrame:
        """Return the rejects that name the rows of a bad value."""
        table, keys = self.bench.rows[name]
        column = schema.uuid_column(table) or schema.key(table)
        rows = self.bench.tables[table].filter(pl.col(schema.key(table)).is_in(keys))
        ids = [str(each) for each in rows[column]]
        if BAD_VALUES[name].column == column:
            ids = [str(key) for key in keys]
        rejects = read_rejects(self.scheme.job(night).run).filter(resource=UNREADABLE_ROWS)
        return rejects.filter(pl.col("table") == table, pl.col("id").is_in(ids)).collect()


def taking(table: str) -> Defect:
    """Takes two current rows, and leaves them as they are: no frame can hold what is to come."""

    def make(bench: Workbench) -> list[int]:
        return bench.take(table, table)

    return Defect("", make)


def spoil(database: Path, bench: Apart) -> None:
    """Write all bad values."""
    with closing(sqlite3.connect(database)) as connection:
        for name, bad in BAD_VALUES.items():
            key = schema.key(bad.table)
            for number in bench.rows[name][1]:
                connection.execute(
                    f'UPDATE "{bad.table}" SET "{bad.column}" = ? WHERE "{key}" = ?',
                    (bad.value, number),
                )
        connection.commit()


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """Three nights of a scheme."""
    bench = apart(400, DAY_ONE, {name: taking(bad.table) for name, bad in BAD_VALUES.items()})
    with a_server() as server:
        scheme = Scheme(tmp_path_factory.mktemp("unreadable"), server.sandbox)
        scheme.privacy = SEND_ALL
        held = {}
        for night in NIGHTS:
            scheme.database.unlink(missing_ok=True)
            scheme.source.write(bench.sound)
            if night == "sound":
                scheme.set_up()
            if night == "spoilt":
                spoil(scheme.database, bench)
            scheme.bring(night)
            held[night] = copy.deepcopy(by_key(tracker(scheme.sandbox), scheme.target))
        yield Nights(bench, scheme, held)


@pytest.mark.parametrize("name", BAD_VALUES)
def test_what_cannot_be_read_is_told_by_table_and_uuid_and_stays_as_it_is(
    nights: Nights, name: str
) -> None:
    before, after = nights.made_of("sound", name), nights.made_of("spoilt", name)

    lost = sum(after.get(key) != row for key, row in before.items())
    double = len(after.keys() - before.keys())
    tried(UNREADABLE_VALUES, name, lost=lost, double=double)
    assert before
    assert (lost, double) == (0, 0)
    told = nights.told("spoilt", name)
    assert len(told) == len(nights.bench.rows[name][1])
    assert set(told["reason"]) == {BAD_VALUES[name].reason}
    assert BAD_VALUES[name].value not in str(told.rows())


def test_nothing_at_all_changes_in_dhis2_for_values_that_cannot_be_read(nights: Nights) -> None:
    assert nights.held["spoilt"] == nights.held["sound"]


def test_once_they_are_corrected_nothing_is_told_and_nothing_has_to_be_sent(nights: Nights) -> None:
    rejects = read_rejects(nights.scheme.job("mended").run).filter(resource=UNREADABLE_ROWS)

    assert rejects.collect().is_empty()
    assert nights.held["mended"] == nights.held["sound"]
    assert_acknowledged_is_held(nights.scheme)
