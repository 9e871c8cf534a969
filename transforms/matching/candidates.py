"""Which org units a place could be: by the user's table, a code, a name, or where it lies.

Of names, each scope (what lies below one org unit) is one table of similarities, which rapidfuzz
fills; of each place the most similar few are kept. So nothing here grows with places times org
units but the time, in nanoseconds a pair.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from transforms.matching.distances import kilometres_between
from transforms.openimis.match_settings import MatchSettings

MOST_BY_NAME = 5
"""How many org units of one scope are kept for a place."""
PLACES_AT_ONCE = 1_000
CANDIDATES = pl.Schema({"key": pl.String(), "uid": pl.String()})

_Scores = NDArray[np.float32]


def by_code(places: pl.DataFrame, units: pl.DataFrame, column: str) -> pl.DataFrame:
    """Return the pairs whose code is the same but for case and spaces.

    Args:
        places: key and code.
        units: uid, and the column of theirs that may hold the code.
        column: Its name.
    """
    return (
        places.select("key", code=_clean("code"))
        .join(units.select("uid", code=_clean(column)), on="code")
        .select("key", "uid")
    )


def by_name(places: pl.DataFrame, units: pl.DataFrame, settings: MatchSettings) -> pl.DataFrame:
    """Return the pairs of one scope with similar names, or that lie near each other.

    Args:
        places: key, the forms of names, longitude, latitude; and `scope`, an org unit's UID.
        units: uid, the same, and `scope`: a row for each org unit that it lies below.
        settings: What is similar, what is near.
    """
    below = units.partition_by("scope", as_dict=True, include_key=False)
    pairs = [
        pair
        for (scope,), rows in places.partition_by("scope", as_dict=True).items()
        if (scope,) in below
        for part in rows.iter_slices(PLACES_AT_ONCE)
        for pair in _of_one_scope(part, below[scope,], settings)
    ]
    return pl.concat([CANDIDATES.to_frame(), *pairs]).unique(maintain_order=True)


def _of_one_scope(
    places: pl.DataFrame, units: pl.DataFrame, settings: MatchSettings
) -> Iterator[pl.DataFrame]:
    similar = np.maximum(_ratios(places, units, "words"), _ratios(places, units, "letters"))
    yield _pairs(places, units, _among_most(similar) & (similar >= settings.propose_score))
    if places["longitude"].count() and units["longitude"].count():
        yield _pairs(places, units, _distances(places, units) <= settings.near_km)


def _ratios(places: pl.DataFrame, units: pl.DataFrame, form: str) -> _Scores:
    one, other = places[form].to_list(), units[form].to_list()
    scores: _Scores = cdist(one, other, scorer=fuzz.ratio, dtype=np.float32)
    return scores


def _among_most(similar: _Scores) -> NDArray[np.bool_]:
    """Mark the most similar of each row, and all that are as similar as the last of them."""
    if similar.shape[1] <= MOST_BY_NAME:
        return np.ones(similar.shape, np.bool_)
    least = np.partition(similar, -MOST_BY_NAME, axis=1)[:, -MOST_BY_NAME]
    marked: NDArray[np.bool_] = similar >= least[:, None]
    return marked


def _distances(places: pl.DataFrame, units: pl.DataFrame) -> NDArray[np.float64]:
    """Return kilometres, a row a place and a column an org unit; nowhere is near nothing."""
    one = [places[name].to_numpy()[:, None] for name in ("longitude", "latitude")]
    other = [units[name].to_numpy()[None, :] for name in ("longitude", "latitude")]
    return kilometres_between(*one, *other)


def _pairs(places: pl.DataFrame, units: pl.DataFrame, marked: NDArray[np.bool_]) -> pl.DataFrame:
    rows, columns = np.nonzero(marked)
    return pl.DataFrame({"key": places["key"].gather(rows), "uid": units["uid"].gather(columns)})


def _clean(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars().str.to_lowercase()
    return pl.when(text != "").then(text)
