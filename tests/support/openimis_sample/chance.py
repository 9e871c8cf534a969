"""Seeded chance for whole columns: the same seed and the same names give the same frames.

Every column draws from a stream of its own (named by its purpose), so that adding one changes
no other. The generator is SplitMix64, in integers that wrap: independent of library versions.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl
import polars_hash as plh

_STEP: Final = 0x9E3779B97F4A7C15
_FIRST: Final = 0xBF58476D1CE4E5B9
_SECOND: Final = 0x94D049BB133111EB
_WRAP: Final = (1 << 64) - 1


@dataclass(frozen=True)
class Chance:
    """Draws of one sample."""

    seed: int

    def bits(self, stream: str, count: int) -> pl.Series:
        """`count` random UInt64."""
        start = (zlib.crc32(stream.encode()) << 32 ^ self.seed * _SECOND) & _WRAP
        counter = pl.int_range(1, count + 1, dtype=pl.UInt64)
        mixed = counter * pl.lit(_STEP, pl.UInt64) + pl.lit(start, pl.UInt64)
        for shift, factor in ((30, _FIRST), (27, _SECOND)):
            mixed = (mixed ^ (mixed // 2**shift)) * pl.lit(factor, pl.UInt64)
        return pl.select((mixed ^ (mixed // 2**31)).alias(stream)).to_series()

    def shares(self, stream: str, count: int) -> pl.Series:
        """`count` random Float64 in [0, 1)."""
        return (self.bits(stream, count) // 2**11).cast(pl.Float64) / 2**53

    def integers(self, stream: str, count: int, low: int, high: int) -> pl.Series:
        """`count` random Int64 from low to high, both included."""
        return (self.shares(stream, count) * (high - low + 1)).floor().cast(pl.Int64) + low

    def happens(self, stream: str, count: int, share: float) -> pl.Series:
        """`count` random Booleans, true in that share of them."""
        return self.shares(stream, count) < share

    def choices(self, stream: str, count: int, weights: Mapping[Any, float]) -> pl.Series:
        """`count` random keys of `weights`, each as often as its weight says."""
        limits = pl.Series(list(weights.values()), dtype=pl.Float64).cum_sum()
        places = limits.search_sorted(self.shares(stream, count) * limits[-1], side="right")
        return pl.Series(list(weights)).gather(places.clip(0, len(weights) - 1)).alias(stream)

    def picks(self, stream: str, count: int, values: Sequence[Any] | pl.Series) -> pl.Series:
        """`count` random members of `values`, all alike."""
        values = pl.Series(values)
        return values.gather(self.integers(stream, count, 0, len(values) - 1)).alias(stream)

    def days(self, stream: str, count: int, first: date, last: date) -> pl.Series:
        """`count` random dates from first to last, both included."""
        span = (last - first).days
        offsets = self.integers(stream, count, 0, span)
        return (
            pl.select(pl.lit(first) + pl.duration(days=pl.lit(offsets))).to_series().alias(stream)
        )

    def uuids(self, table: str, keys: pl.Series) -> pl.Series:
        """A UUID for each key of a table: lower case, as openIMIS on PostgreSQL holds them."""
        text = plh.concat_str(pl.lit(f"{table}:{self.seed}:"), pl.col("key").cast(pl.String))
        digest = pl.DataFrame({"key": keys}).select(text.nchash.md5().alias("digest"))
        parts = [pl.col("digest").str.slice(at, size) for at, size in _UUID_PARTS]
        return digest.select(pl.concat_str(parts, separator="-")).to_series()


_UUID_PARTS: Final = ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))
