"""What a subject of the register is; `transforms.openimis.subjects` says which there are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from transforms.openimis.tables.column_types import Column, Table


@dataclass(frozen=True)
class Subject:
    """A kind of row of openIMIS.

    Attributes:
        name: Its name in the register.
        table: Where openIMIS keeps it.
        key: Name of the primary key in the register.
        columns: Name in the register to name in openIMIS.
        links: Name in the register of a foreign key to the table that it names.
    """

    name: str
    table: Table
    key: str
    columns: Mapping[str, str]
    links: Mapping[str, Table] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """Return the openIMIS column that is called `name` in the register."""
        return self.table.column(self.columns[name])

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """The columns of a live row: key first; `is_current` comes besides."""
        key = {self.key: self.table.column(self.table.key).dtype}
        return key | {name: self.column(name).dtype for name in self.columns}


def in_snake_case(name: str) -> str:
    """Return `max_ip_insuree` for `MaxIPInsuree`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=P)(?=[A-Z][a-z])", "_", name).lower()
