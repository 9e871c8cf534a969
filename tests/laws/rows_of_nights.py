"""The rows of a small openIMIS: what each hangs on, and what a reject calls it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.laws.faults_of_nights import CLAIM, COVER, FAMILY, INSUREE, ITEM, POLICY
from transforms.openimis.tables.columns import TABLES

Row = tuple[str, int]
SERVICE = "tblClaimServices"
PARENTS: dict[str, dict[str, str]] = {
    FAMILY: {},
    INSUREE: {FAMILY: "FamilyID"},
    POLICY: {FAMILY: "FamilyID"},
    COVER: {POLICY: "PolicyId", INSUREE: "InsureeID"},
    CLAIM: {INSUREE: "InsureeID"},
    ITEM: {CLAIM: "ClaimID"},
    SERVICE: {CLAIM: "ClaimID"},
}
"""Table → the tables of the rows that a row of it hangs on, and the column that names them."""
SHOWN_TABLES = (CLAIM, INSUREE)


class Rows:
    """The current rows of openIMIS as it is when all is sound.

    Args:
        database: The openIMIS database.
        shown: The claims and people that DHIS2 shows.
    """

    def __init__(self, database: Path, shown: set[Row]) -> None:
        self._parents: dict[Row, set[Row]] = {}
        self._named: dict[tuple[str, str], Row] = {}
        with closing(sqlite3.connect(database)) as connection:
            for table in PARENTS:
                self._read(connection, table)
        seen = shown.union(*(self.above(row) for row in shown))
        self._chosen = {
            table: sorted(
                row
                for row, parents in self._parents.items()
                if row[0] == table
                and (row in seen or (table not in SHOWN_TABLES and parents & seen))
            )
            for table in PARENTS
        }

    def at(self, table: str, number: int) -> Row:
        """Return the row with so many of its table before it; after the last comes the first."""
        rows = self._chosen[table]
        return rows[number % len(rows)]

    def named(self, table: str, name: str) -> Row:
        """Return the row that a reject names by its UUID, or by its key if it has none."""
        return self._named[table, name.lower()]

    def above(self, row: Row) -> set[Row]:
        """Return all rows that a row hangs on."""
        parents = self._parents.get(row, set())
        return parents.union(*(self.above(each) for each in parents))

    def of_family(self, row: Row) -> set[Row]:
        """Return all rows that hang on the family of a row."""
        families = {each for each in {row, *self.above(row)} if each[0] == FAMILY}
        return {each for each in self._parents if self.above(each) & families}

    def claim_of(self, line: Row) -> set[Row]:
        """Return the claim of a line."""
        return {each for each in self._parents[line] if each[0] == CLAIM}

    def beside(self, row: Row) -> set[Row]:
        """Return the people of a cover or policy (they name enrollments), and all their covers."""
        own = {
            each for each in self._parents if each[0] == COVER and row in {each, *self.above(each)}
        }
        people = {above for each in own for above in self._parents[each] if above[0] == INSUREE}
        covers = {
            each for each in self._parents if each[0] == COVER and self._parents[each] & people
        }
        return people | covers

    def _read(self, connection: sqlite3.Connection, table: str) -> None:
        key, uuid, parents = TABLES[table].key, TABLES[table].uuid, PARENTS[table]
        columns = ", ".join(f'"{each}"' for each in (key, uuid or key, *parents.values()))
        live = f'SELECT {columns} FROM "{table}" WHERE "ValidityTo" IS NULL'
        for number, name, *above in connection.execute(live):
            row = (table, number)
            self._named[table, str(name).lower()] = row
            self._parents[row] = set(zip(parents, above, strict=True))
