"""Nights of a small scheme by the steps that ship, with faults, and what each has to bring.

Every night all claims have other numbers, and all people other names and another marital status.
A number or name is a mark: it names the night and the row. So DHIS2 shows whom a night has brought,
and a request shows from which night its bytes are.
"""

import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import httpx
import polars as pl

from staging.rejects import read_rejects
from tests.laws.faults_of_nights import BAD_VALUES, CLAIM, INSUREE, TROUBLES, Night
from tests.support.loader import LOGIN
from tests.support.sandbox.cues import Cue
from tests.support.scheme import Scheme
from transforms.core.errors import TransientError
from transforms.core.fields import Treatment

Request = tuple[str, bytes]
Row = tuple[str, int]
NAME = "Last name"
STATUSES = "WDSM"
MARK = re.compile(r"(number|name)-(\d+)-(\d+)")
MARKED = {"number": CLAIM, "name": INSUREE}
KEYS = {CLAIM: "ClaimID", INSUREE: "InsureeID"}
NAMES = {
    CLAIM: ("ClaimUUID", CLAIM),
    INSUREE: ("InsureeUUID", INSUREE),
    "tblClaimItems": ("ClaimItemID", CLAIM),
    "tblClaimServices": ("ClaimServiceID", CLAIM),
    "tblInsureePolicy": ("InsureePolicyID", INSUREE),
}
"""Table → the column that names a row in a reject, and the table of the row that it belongs to."""
ANYWHERE = r"^/api/"
BUNDLES = r"^/api/tracker\?"


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
        if self._bring(night):
            self._assert_progress(night)
        if night.comes == "after":
            self._let_come(late)

    @property
    def run_id(self) -> str:
        """Of the last night's run."""
        return f"night-{self.number}"

    def _rows(self, table: str, numbers: Iterable[int]) -> list[Row]:
        """Return rows that DHIS2 shows, by how many of their table are before them."""
        rows = sorted(row for row in self.shown if row[0] == table)
        return [rows[number % len(rows)] for number in numbers]

    def _spoilt(self, night: Night) -> dict[Row, str]:
        """Return row → name of its bad value; the last one that is said of it."""
        return {
            self._rows(BAD_VALUES[name].table, [number])[0]: name
            for number, name in night.bad_values
        }

    def _deleted(self, night: Night) -> set[Row]:
        return set(self._rows(CLAIM, night.deleted)) - self._spoilt(night).keys()

    def _troubled(self, night: Night) -> dict[Row, str]:
        rows = {self._rows(CLAIM, [number])[0]: name for number, name in night.troubles}
        quiet = self._spoilt(night).keys() | self._deleted(night)
        return {row: name for row, name in rows.items() if row not in quiet}

    def _write_openimis(self, night: Night) -> None:
        shutil.copy(self._sound, self.scheme.database)
        with closing(sqlite3.connect(self.scheme.database)) as database:
            mark(database, self.number)
            for (table, row), name in self._spoilt(night).items():
                bad = BAD_VALUES[name]
                set_value(database, table, row, bad.column, bad.value)
            for table, row in self._deleted(night):
                set_value(database, table, row, "ValidityTo", "2026-01-01 00:00:00")
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
            faults.insert(0, Recorder(path=ANYWHERE, occurrences=range(first, 10**6), drop=drop))
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
        faulty = self._spoilt(night).keys() | self._troubled(night).keys()
        assert faulty == self._named(), "A fault is not named, or something else is."
        expected = self.shown - faulty - self._deleted(night)
        if not night.shows_names:
            expected = {row for row in expected if row[0] != INSUREE}
        found = {(n, row) for n, row in self._marks() if row not in faulty}
        assert found == {(self.number, row) for row in expected}

    def _named(self) -> set[Row]:
        """Return the rows that own what the run has rejected."""
        rejects = read_rejects(self.scheme.run(self.run_id))
        rows = rejects.filter(pl.col("stage") != "note").select("table", "id").unique().collect()
        with closing(sqlite3.connect(self._sound)) as database:
            return {owner(database, table, name) for table, name in rows.iter_rows()}


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


def set_value(
    database: sqlite3.Connection, table: str, row: int, column: str, value: object
) -> None:
    """Let one row of openIMIS have another value."""
    database.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE "{KEYS[table]}" = ?', (value, row))


def owner(database: sqlite3.Connection, table: str, name: str) -> Row:
    """Return the claim or person to which a row belongs that a reject names."""
    column, owned_by = NAMES[table]
    found = database.execute(
        f'SELECT "{KEYS[owned_by]}" FROM "{table}" WHERE LOWER(CAST("{column}" AS TEXT)) = ?',
        (name.lower(),),
    )
    return owned_by, found.fetchone()[0]


def assert_of_this_night(body: str, number: int, night: Night) -> None:
    """Hold that a request has no bytes of another night, and no name where none may leave."""
    marks = MARK.findall(body)
    assert {int(each) for _, each, _ in marks} <= {number}, "An earlier run's values are posted."
    assert night.shows_names or all(word != "name" for word, _, _ in marks), "A name leaves."
