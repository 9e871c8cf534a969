"""What of openIMIS is in doubt because values of its rows could not be read.

Nothing is guessed of an object in doubt. `transforms.openimis.tables.doubt_links` says what is made
of what, `transforms.openimis.reach` how far a doubt reaches, `transforms.model.held_back` what is
not sent.
"""

from dataclasses import dataclass, field

import polars as pl

from transforms.openimis.rows import Tables
from transforms.openimis.tables.column_types import Table
from transforms.openimis.tables.doubt_links import SIGN
from transforms.openimis.unreadable import UNREADABLE_ROW, holds_unreadable


@dataclass(frozen=True)
class Doubts:
    """What is in doubt.

    Attributes:
        sound: What everything is made of.
        objects: Table to its objects in doubt: `key` (of the live row) and `column`, which is what
            cannot be read, or the sign of a link.
        marked: Table to its rows that hold an unreadable value.
        unreadable: Those of these rows that something is made of: table, id, reasons.
    """

    sound: Tables
    objects: dict[str, pl.DataFrame] = field(default_factory=dict)
    marked: dict[str, pl.DataFrame] = field(default_factory=dict)
    unreadable: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNREADABLE_ROW))

    def has_unreadable(self, table: str, column: str) -> bool:
        """Return whether a row of the table has a value of that column that could not be read."""
        marked = self.marked.get(table)
        return marked is not None and not marked.filter(holds_unreadable(column)).is_empty()

    def of(self, table: Table) -> pl.DataFrame:
        """Return the objects of a table that are in doubt: key and column."""
        nothing = pl.DataFrame(schema={"key": table.column(table.key).dtype, "column": pl.String()})
        return self.objects.get(table.name, nothing)

    def unreadable_keys(self) -> dict[str, pl.Series]:
        """Return table to the keys of its objects that hold an unreadable value themselves."""
        own = ~pl.col("column").str.starts_with(SIGN)
        return {name: each.filter(own)["key"].unique() for name, each in self.objects.items()}

    def names(self, table: Table, keys: pl.Series) -> pl.DataFrame:
        """Return key and row of some objects: the UUID, or the key where openIMIS has none."""
        name = pl.col(table.uuid or table.key).cast(pl.String)
        names = [pl.col(table.key).alias("key"), name.alias("row")]
        sound = self.sound[table.name].filter(pl.col(table.key).is_in(keys.implode()))
        frames = [sound.select(names).collect()]
        if table.name in self.marked:
            frames.append(self.marked[table.name].select(names))
        return pl.concat(frames).drop_nulls("row").unique()
