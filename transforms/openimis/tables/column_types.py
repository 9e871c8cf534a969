"""What we declare of a column and of a table of openIMIS, and the types that values have here."""

from dataclasses import dataclass

import polars as pl

KEY = pl.Int64()
CODE = pl.Int32()
TEXT = pl.String()
AMOUNT = pl.Decimal(18, 2)
DATE = pl.Date()
STAMP = pl.Datetime("us")
YES_NO = pl.Boolean()

UNREADABLE = "unreadable"
"""A column of a snapshot beside those of openIMIS: the names of the row's columns that could not
be read and are null, with a blank between them; null where all could."""


@dataclass(frozen=True)
class Column:
    """A column of openIMIS.

    Attributes:
        name: As PostgreSQL spells it.
        dtype: Its polars type in the snapshot.
        required: Whether the run stops if the source does not have it.
        field: True for a value that is read only where a field of a table of truth wants it, or a
            figure; False for keys, dates and codes that the work needs.
        renamed: What a fork calls it, where the country file says so.
        of: The column of openIMIS that it is made of, where it is none of openIMIS's own.
        among: Values of that column: the database says 1 where it has one of them, else 0. So what
            is not read otherwise is not read for this either.
    """

    name: str
    dtype: pl.DataType
    required: bool = True
    field: bool = False
    renamed: str | None = None
    of: str | None = None
    among: tuple[str, ...] = ()

    @property
    def source_name(self) -> str:
        """What the database calls it, or what it is made of."""
        return self.renamed or self.of or self.name

    @property
    def may_be_absent(self) -> bool:
        """Whether a snapshot may lack it: no field needs it, or an earlier release took it."""
        return self.field or self.of is not None


@dataclass(frozen=True)
class Table:
    """A table of openIMIS.

    Attributes:
        name: As PostgreSQL spells it.
        key: Its primary key.
        uuid: Its UUID column, lower case in the snapshot; None where openIMIS has none.
        columns: What is read.
        is_optional: Whether it is read only where a field of it is sent, or a figure is made of it,
            and then wholly; an openIMIS without it gives nothing.
    """

    name: str
    key: str
    uuid: str | None
    columns: tuple[Column, ...]
    is_optional: bool = False

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)
