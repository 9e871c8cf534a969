"""Made-up names of persons and places: syllables put together, nobody's and nowhere's."""

from typing import Final

import polars as pl

from tests.support.openimis_sample.chance import Chance

_FIRST: Final = pl.Series(
    "Ba Ke Mi Lo Su Ta Re Ni Jo Va Du Pe Ri So Fa Le Mo Yu".split()  # noqa: SIM905
)
_MIDDLE: Final = pl.Series(["la", "ri", "no", "ke", "tu", "ma", "si", "do", "ve", "ba", "ni", "lu"])
_PERSON: Final = pl.Series(
    ["n", "ra", "to", "mi", "sha", "lé", "ko", "des", "na", "rin", "wa", "ël"]
)
_PLACE: Final = pl.Series(["bury", "dale", "ford", "stead", "mouth", "wick", "holm", "field"])


def place_names(count: int) -> pl.Series:
    """`count` names of places, all different (a number is added when the syllables run out)."""
    index = pl.int_range(count)
    parts = [
        _nth(_FIRST, index),
        _nth(_MIDDLE, index // len(_FIRST)),
        _nth(_PLACE, index + index // (len(_FIRST) * len(_MIDDLE))),
    ]
    round_ = index // (len(_FIRST) * len(_MIDDLE) * len(_PLACE))
    more = pl.when(round_ > 0).then(pl.format(" {}", round_ + 1)).otherwise(pl.lit(""))
    return pl.select(pl.concat_str([*parts, more])).to_series()


def person_names(chance: Chance, stream: str, count: int) -> pl.Series:
    """`count` names of persons, as alike as names are."""
    first = chance.picks(f"{stream} first", count, _FIRST)
    middle = chance.picks(f"{stream} middle", count, _MIDDLE)
    return first + middle + chance.picks(f"{stream} last", count, _PERSON)


def _nth(values: pl.Series, index: pl.Expr) -> pl.Expr:
    return pl.lit(values).gather(index % len(values))
