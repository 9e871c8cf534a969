"""What is asked of a sample, and the frames that its parts hand to each other."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

import polars as pl

from tests.support.openimis_sample import schema
from tests.support.openimis_sample.chance import Chance

YEARS: Final = 3
"""How far back the scheme reaches."""

AUDIT_USER: Final = 1


@dataclass(frozen=True)
class Plan:
    """Size, chance, schema level and the day that the sample ends on."""

    insurees: int
    chance: Chance
    level: schema.Level
    as_of: date

    @property
    def first_day(self) -> date:
        """The day the scheme began."""
        return self.as_of - timedelta(days=365 * YEARS)

    @property
    def founded(self) -> datetime:
        """When places and catalogues were entered: half a year before the scheme began."""
        return datetime.combine(self.first_day, time(8)) - timedelta(days=180)

    @property
    def end(self) -> datetime:
        """The last moment of the sample: nothing in it happened later."""
        return datetime.combine(self.as_of, time(23, 0))

    @property
    def families(self) -> int:
        """Five persons a family."""
        return max(1, round(self.insurees / 5))

    @property
    def modern(self) -> bool:
        """Whether the database has the columns of the backend 1.11."""
        return self.level == "1.11"

    def moments(self, stream: str, days: pl.Series) -> pl.Series:
        """A moment of the working day (8 to 17 h, to the millisecond) on each of the days."""
        within = self.chance.integers(stream, len(days), 8 * 3_600_000, 17 * 3_600_000 - 1)
        frame = pl.DataFrame({"day": days, "within": within})
        moment = pl.col("day").cast(schema.TIMESTAMP) + pl.duration(milliseconds=pl.col("within"))
        return frame.select(moment.cast(schema.TIMESTAMP)).to_series().alias(stream)


@dataclass
class Table:
    """The live (and deleted) rows of a table, and the history rows written about them.

    `live` has its keys; a history frame has `LegacyID` and `ValidityTo` and gets key and UUID
    when everything is there, in the order of `ValidityTo`.
    """

    name: str
    live: pl.DataFrame
    history: list[pl.DataFrame] = field(default_factory=list)

    def keep_versions(self, rows: pl.DataFrame, valid_to: pl.Series) -> None:
        """Notes rows, as they were, as history rows of the live rows with the same keys."""
        key = pl.col(schema.key(self.name))
        versions = rows.with_columns(LegacyID=key, ValidityTo=valid_to)
        self.history.append(versions.drop(schema.key(self.name)))

    def whole(self, chance: Chance) -> pl.DataFrame:
        """Live and history rows, each with a key and a UUID of its own."""
        key, frames = schema.key(self.name), [self.live]
        history = [rows for rows in self.history if rows.height]
        if history:
            versions = pl.concat(history, how="diagonal_relaxed").sort("ValidityTo", "LegacyID")
            last = self.live.select(pl.col(key).max().fill_null(0)).item()
            frames.append(versions.with_row_index(key, offset=last + 1))
        rows = pl.concat(frames, how="diagonal_relaxed")
        return rows.with_columns(self._uuids(rows, chance))

    def _uuids(self, rows: pl.DataFrame, chance: Chance) -> list[pl.Series]:
        column = schema.uuid_column(self.name)
        if not column:
            return []
        return [chance.uuids(self.name, rows[schema.key(self.name)]).alias(column)]


def money(cents: pl.Expr) -> pl.Expr:
    """An amount in whole cents as openIMIS's numeric(18,2)."""
    return (cents.cast(pl.Int64) * pl.lit("0.01").cast(schema.MONEY)).cast(schema.MONEY)


def numbered(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """The frame with keys from 1 on, in the order of its rows."""
    return frame.with_row_index(key, offset=1).with_columns(pl.col(key).cast(pl.Int64))


def where(condition: pl.Series, values: pl.Series | object, otherwise: object = None) -> pl.Series:
    """`values` where the condition holds, else `otherwise`."""
    columns = {"if": condition, "then": values, "else": otherwise}
    frame = pl.DataFrame({k: v for k, v in columns.items() if isinstance(v, pl.Series)})
    frame = frame.with_columns(
        pl.lit(v).alias(k) for k, v in columns.items() if not isinstance(v, pl.Series)
    )
    return frame.select(pl.when("if").then("then").otherwise("else")).to_series()
