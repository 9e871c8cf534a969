"""Nights of a small scheme by the steps that ship, with faults, and what each has to bring.

Every night all claims have other numbers, and all people other names and another marital status.
A number or name is a mark: it names the night and the row. So DHIS2 shows whom a night has brought,
and a request shows from which night its bytes are.
"""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import httpx
import polars as pl

from staging.rejects import read_rejects
from tests.laws.faults_of_nights import BAD_VALUES, CLAIM, INSUREE, TROUBLES, BadValue, Night
from tests.laws.rows_of_nights import Row, Rows
from tests.support.loader import LOGIN
from tests.support.sandbox.cues import Cue
from tests.support.scheme import Scheme
from transforms.core.errors import TransientError
from transforms.core.fields import Treatment
from transforms.openimis.tables.columns import TABLES

Request = tuple[str, bytes]
NAME = "Last name"
STATUSES = "WDSM"
MARK = re.compile(r"(number|name)-(\d+)-(\d+)")
MARKED = {"number": CLAIM, "name": INSUREE}
BUNDLES = r"^/api/tracker\?"
NIGHTS_OF_DOUBT = 2
"""Of what DHIS2 may have deleted without an answer, and openIMIS has again: the next night finds
it deleted, and names it; the night after that brings it again, under its next UID."""


@dataclass
class Recorder(Cue):
    """Keeps path and body of what is posted and meets it."""

    kept: list[Request] = field(default_factory=list)
    goes_wrong: bool = True

    def meets(self, method: str, path: str, sent: bytes = b"") -> bool:
        """Keep a request, and say whether it goes wrong."""
        is_met = super().meets(method, path, sent)
        if is_met and method == "POST" and re.search(BUNDLES, path):
            self.kept.append((path, sent))
        return is_met and self.goes_wrong


class Nights:
    """A scheme in which night follows night.

    Args:
        scheme: The scheme; a sound first night has brought everything to DHIS2.

    Attributes:
        number: Of the last night.
        shown: The claims and people that DHIS2 shows after a sound night.
    """

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self.number = 1
        self.shown = {row for _, row in self._marks()}
        self.rows = Rows(scheme.database, self.shown)
        self._present = self.shown
        self._doubtful: dict[Row, int] = {}
        self._sound = scheme.folder / "sound.sqlite"
        self._lost: list[Request] = []
        shutil.copy(scheme.database, self._sound)

    def live(self, night: Night) -> None:
        """Let a night pass, and check what it brought."""
        self.number += 1
        late, self._lost = self._lost, []
        if night.comes == "before":
            self._let_come(late)
        self._write_openimis(night)
        self._present = {row for _, row in self._marks()}
        if self._bring(night):
            self._assert_progress(night)
            self._doubtful = {row: left - 1 for row, left in self._doubtful.items() if left > 1}
        else:
            self._doubtful |= dict.fromkeys(self._deleted(night), NIGHTS_OF_DOUBT)
        if night.comes == "after":
            self._let_come(late)

    @property
    def run_id(self) -> str:
        """Of the last night's run."""
        return f"night-{self.number}"

    def _spoilt(self, night: Night) -> dict[Row, BadValue]:
        """Return row → its bad value; the last one that is said of it."""
        bad_values = ((number, BAD_VALUES[name]) for number, name in night.bad_values)
        return {self.rows.at(bad.table, number): bad for number, bad in bad_values}

    def _waiting(self, night: Night) -> set[Row]:
        """Return the rows that may wait for a bad value: those that have it, and what follows."""
        waiting = set[Row]()
        for row, bad in self._spoilt(night).items():
            if bad.is_fault:
                waiting |= {row} | (self.rows.of_family(row) if bad.of_family else set())
                waiting |= self.rows.claim_of(row) if bad.of_claim else set()
        return waiting

    def _beside(self, night: Night) -> set[Row]:
        """Return the rows that may be named besides, and that arrive all the same."""
        spoilt = self._spoilt(night).items()
        return set[Row]().union(*(self.rows.beside(row) for row, bad in spoilt if bad.of_covers))

    def _deleted(self, night: Night) -> set[Row]:
        return {self.rows.at(CLAIM, number) for number in night.deleted} - self._waiting(night)

    def _troubled(self, night: Night) -> dict[Row, str]:
        rows = {self.rows.at(CLAIM, number): name for number, name in night.troubles}
        quiet = self._waiting(night) | self._deleted(night)
        return {row: name for row, name in rows.items() if row not in quiet}

    def _write_openimis(self, night: Night) -> None:
        shutil.copy(self._sound, self.scheme.database)
        with closing(sqlite3.connect(self.scheme.database)) as database:
            mark(database, self.number)
            for row, bad in self._spoilt(night).items():
                set_value(database, row, bad.column, bad.value)
            for row in self._deleted(night):
                set_value(database, row, "ValidityTo", "2026-01-01 00:00:00")
            database.commit()

    def _bring(self, night: Night) -> bool:
        """Make the run of a night; return whether it was a whole one."""
        self.scheme.privacy = {NAME: Treatment.SEND if night.shows_names else Treatment.DROP}
        with self._faults(night) as posted:
            try:
                if night.cut_after is None:
                    self.scheme.bring(self.run_id)
                else:
                    self.scheme.cut_short(self.run_id, night.cut_after)
            except TransientError:
                assert night.outage
                is_whole = False
            else:
                is_whole = night.cut_after is None
        for _, body in posted.kept:
            assert_of_this_night(body.decode(), self.number, night)
        return is_whole

    @contextmanager
    def _faults(self, night: Night) -> Iterator[Recorder]:
        """Set the faults of DHIS2 and of the way; yield what is posted."""
        cues = self.scheme.sandbox.cues
        posted = Recorder(path=BUNDLES, method="POST", goes_wrong=False)
        faults = [
            Recorder(path=BUNDLES, holds=f'"number-{self.number}-{row}"', **TROUBLES[name])
            for (_, row), name in self._troubled(night).items()
        ]
        if night.outage:
            first, drop = night.outage
            faults.insert(0, Recorder(path=BUNDLES, occurrences=range(first, 10**6), drop=drop))
        for each in (posted, *faults):
            cues.add(each)
        try:
            yield posted
        finally:
            cues.clear()
            lost = [kept for each in faults if each.drop == "before" for kept in each.kept]
            self._lost = list(dict.fromkeys(lost))

    def _let_come(self, late: list[Request]) -> None:
        with httpx.Client(base_url=self.scheme.sandbox.url, auth=LOGIN) as client:
            for path, body in late:
                client.post(path, content=body, headers={"content-type": "application/json"})

    def _marks(self) -> set[tuple[int, Row]]:
        """Return night and row of all marks in DHIS2."""
        text = str(self.scheme.sandbox.content())
        return {(int(n), (MARKED[word], int(row))) for word, n, row in MARK.findall(text)}

    def _assert_progress(self, night: Night) -> None:
        """Hold that all that is not faulty has arrived, and that each fault is named."""
        spoilt = self._spoilt(night)
        must = {row for row, bad in spoilt.items() if bad.is_fault} | self._troubled(night).keys()
        may_wait = self._waiting(night) | must | self._doubtful.keys()
        named = self._named()
        counted = {row for row, bad in spoilt.items() if bad.is_counted_only} - self._present
        assert must - named <= counted, "A fault is not named."
        others = {
            row
            for row in named - may_wait - self._beside(night)
            if not self.rows.above(row) & may_wait
        }
        assert not others, f"What is not faulty is held back: {others}"
        expected = self.shown - may_wait - self._deleted(night)
        if not night.shows_names:
            expected = {row for row in expected if row[0] != INSUREE}
        marks = self._marks()
        gone = (self._present & self._waiting(night)) - {row for _, row in marks}
        assert not {row for row in gone if night.shows_names or row[0] == CLAIM}, "It was deleted."
        found = {(n, row) for n, row in marks if row not in may_wait}
        assert found == {(self.number, row) for row in expected}, "Something did not arrive."

    def _named(self) -> set[Row]:
        """Return the rows that the run's rejects name."""
        rejects = read_rejects(self.scheme.run(self.run_id))
        rows = rejects.filter(pl.col("stage") != "note").select("table", "id").unique().collect()
        return {self.rows.named(table, name) for table, name in rows.iter_rows()}


def first_night(scheme: Scheme) -> None:
    """Bring everything to DHIS2, on a sound night."""
    with closing(sqlite3.connect(scheme.database)) as database:
        mark(database, 1)
        database.commit()
    scheme.privacy = {NAME: Treatment.SEND}
    scheme.bring("night-1")


def mark(database: sqlite3.Connection, night: int) -> None:
    """Let openIMIS be as a night has it."""
    status = STATUSES[night % len(STATUSES)]
    database.execute(f"""UPDATE "tblClaim" SET "ClaimCode" = 'number-{night}-' || "ClaimID" """)
    database.execute(
        f"""UPDATE "tblInsuree" SET "LastName" = 'name-{night}-' || "InsureeID",
            "Marital" = '{status}' """
    )


def set_value(database: sqlite3.Connection, row: Row, column: str, value: object) -> None:
    """Let one row of openIMIS have another value."""
    table, number = row
    database.execute(
        f'UPDATE "{table}" SET "{column}" = ? WHERE "{TABLES[table].key}" = ?', (value, number)
    )


def assert_of_this_night(body: str, number: int, night: Night) -> None:
    """Hold that a request has no bytes of another night, and no name where none may leave."""
    marks = MARK.findall(body)
    assert {int(each) for _, each, _ in marks} <= {number}, "An earlier run's values are posted."
    assert night.shows_names or all(word != "name" for word, _, _ in marks), "A name leaves."
