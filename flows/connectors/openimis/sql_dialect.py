"""What a `SqlDialect` is: all that differs between the databases that an openIMIS can be read from.

Every column is read by the first `Reading` whose types the catalogue's type is one of. Where the
driver would hand over a wrong value without a word (psqlodbc 13.02 and arrow-odbc 10.6: NaN comes
as 0.00, a date of `infinity` as today, year 10000 as year 1000; sqliteodbc 0.9998: a date that is
none comes as null, a DECIMAL is cut to 15 digits), the database itself says which rows hold one
(`unreadable`), or the value comes as text and is parsed here (`as_text`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl
import pyodbc
from arrow_odbc import TextEncoding

from transforms.openimis.tables.column_types import TEXT

INTEGERS = frozenset(
    {pyodbc.SQL_TINYINT, pyodbc.SQL_SMALLINT, pyodbc.SQL_INTEGER, pyodbc.SQL_BIGINT}
)
EXACT_NUMBERS = frozenset({pyodbc.SQL_NUMERIC, pyodbc.SQL_DECIMAL})
GUID = frozenset({pyodbc.SQL_GUID})
TEXTS = frozenset(
    {
        pyodbc.SQL_CHAR,
        pyodbc.SQL_VARCHAR,
        pyodbc.SQL_LONGVARCHAR,
        pyodbc.SQL_WCHAR,
        pyodbc.SQL_WVARCHAR,
        pyodbc.SQL_WLONGVARCHAR,
    }
)
DATES = frozenset({pyodbc.SQL_TYPE_DATE})
STAMPS = frozenset({pyodbc.SQL_TYPE_TIMESTAMP})
BITS = frozenset({pyodbc.SQL_BIT})
ANY: frozenset[int] | None = None

AMOUNT_DIGITS, AMOUNT_SCALE = 18, 2
LONGEST_TEXT = 4_000
OTHER_ENCODING = "other"
MOST_BYTES = 4
"""Bytes that a letter takes at most in UTF-8, in which PostgreSQL's texts come."""


class DialectName(StrEnum):
    """The databases that an openIMIS can be read from."""

    POSTGRESQL = "postgresql"
    SQLSERVER = "sqlserver"
    SQLITE = "sqlite"


@dataclass(frozen=True)
class Reading:
    """How a column of one of some catalogue types is read.

    Attributes:
        types: ODBC type codes that it is for; None is any.
        sql: What is selected; `{}` is the quoted column.
        unreadable: Condition under which the driver would hand over a wrong value, or None.
        bounded: Only for numbers that always fit an amount (18 digits, 2 of them decimals), and
            for texts that are never longer than `longest`.
        longest: Letters of a bounded text.
    """

    types: frozenset[int] | None
    sql: str = "{}"
    unreadable: str | None = None
    bounded: bool = False
    longest: int = LONGEST_TEXT


@dataclass(frozen=True)
class Probe:
    """A text that the database makes itself, to see whether the driver hands it over as it is.

    Attributes:
        sql: Asks for it, in ASCII.
        text: What must come.
    """

    sql: str
    text: str


@dataclass(frozen=True)
class SqlDialect:
    """One kind of database.

    Attributes:
        name: As in the block.
        quotes: What stands before and after an identifier.
        settings: Of the connection string, added where it does not have them.
        session: Statements about the session that must be over before the read transaction
            begins: they are committed.
        begin: Statements that open the read transaction; autocommit is off.
        clock: Asks for the time on the clock that the source's time stamps are of, as text
            `YYYY-MM-DD HH:MM:SS.ffffff`; it also fixes what the transaction sees.
        database: Asks for what tells this database from its copies elsewhere.
        schema: Asks for the schema that an unqualified name is looked up in; None if there are
            no schemas.
        label: Type of a text of `{}` characters made here; the driver sizes its buffers by it.
        readings: Type in the snapshot to how it is read, in order of preference.
        as_text: Whether all values come as text, for `transforms.openimis.source_texts.parsed`.
        text_encoding: In which texts are requested from the driver.
        probe: Shows whether texts come as they are; None where the driver cannot change them.
        named_types: Catalogue type to its ODBC type code, for types that a driver calls a text.
        row_versions: Catalogue types of a column that changes with every change of its row.
        behind: Asks for the moment, in the form of `clock`, that a replica has not got beyond;
            null where it is up to date, or none.
        encoding: Asks for the encoding of the database; None where it makes no difference.
        texts_in: Encoding to how texts are read in it; `OTHER_ENCODING` is of those not named.
        is_local: Whether the clock shows the local time of the server, not UTC.
        may_write: Asks whether the user may write the table `{}` (a quoted name, as a text): 1 or
            0; None where the database has no rights of its own.
    """

    name: DialectName
    quotes: tuple[str, str]
    settings: Mapping[str, str]
    begin: tuple[str, ...]
    clock: str
    database: str
    schema: str | None
    label: str
    readings: Mapping[pl.DataType, tuple[Reading, ...]]
    session: tuple[str, ...] = ()
    as_text: bool = field(default=False)
    text_encoding: TextEncoding = TextEncoding.AUTO
    probe: Probe | None = None
    named_types: Mapping[str, int] = field(default_factory=dict)
    row_versions: frozenset[str] = frozenset()
    behind: str | None = None
    encoding: str | None = None
    texts_in: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)
    is_local: bool = False
    may_write: str | None = None

    def readings_in(self, encoding: str | None) -> Mapping[pl.DataType, tuple[Reading, ...]]:
        """Return how columns are read in a database of an encoding."""
        if encoding is None:
            return self.readings
        texts = self.texts_in.get(encoding) or self.texts_in[OTHER_ENCODING]
        return {**self.readings, TEXT: texts}

    def quote(self, name: str) -> str:
        """Return `name` as an identifier, whatever characters it is made of."""
        opening, closing = self.quotes
        return f"{opening}{name.replace(closing, closing * 2)}{closing}"


INTEGER_READINGS = (Reading(INTEGERS),)
