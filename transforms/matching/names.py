"""Names of places in a form in which they can be compared.

    "Hôpital de la Mission, Kitua II" ─► words "2 de kitua la mission", letters "delamissionkitua2",
                                         rare "kitua", type "hospital", marks "2"

Case, accents and signs go, letters of all scripts stay. A word that tells what a facility is
becomes its type: "Kitua HC" and "Kitua Health Centre" are one name, "Kitua Dispensary" is another.
Marks tell two places of one name apart: figures, Roman or not, a last letter, a side. Words that
many names have prove nothing, so what is rare in two names must be similar too: "Bo Government
Hospital" is not "Bu Government Hospital".
"""

import re
from collections.abc import Sequence

import polars as pl
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from transforms.openimis.match_settings import MatchSettings
from transforms.openimis.tables.facility_words import TELLING_WORDS

NAME_FORMS = ("words", "letters", "rare", "type", "marks")
"""The columns by which two names are compared."""
OTHER_TYPE, OTHER_MARKS, ONE_TYPE_ONLY = 15.0, 30.0, 3.0
"""What two names lose if they tell two types, or two marks, or only one of them a type."""
COMMON_SHARE, COMMON_COUNT = 0.002, 5
"""A word that so many names have is common."""

_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ß": "ss", "œ": "oe", "æ": "ae"}  # noqa: RUF001
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_LAST_ROMAN = {" i$": " 1", " v$": " 5", " x$": " 10"}


def with_forms(rows: pl.DataFrame, settings: MatchSettings) -> pl.DataFrame:
    """Return rows with the forms of their `name`, but for `rare`; texts without nulls."""
    text = rows.select(plain(pl.col("name").fill_null(""))).to_series()
    every = [word for words in settings.words.values() for word in words]
    core = _without(text, [*every, *settings.ignored_words])
    core = pl.select(pl.when(core != "").then(core).otherwise(text)).to_series()
    marks = core.str.extract_all(rf"\d+|\b\p{{L}}$|{_one_of(TELLING_WORDS)}")
    return rows.with_columns(
        words=core.str.split(" ").list.sort().list.join(" "),
        letters=core.str.replace_all(" ", ""),
        type=_types(text, settings),
        marks=marks.list.sort().list.join(" "),
    )


def common_words(*lists: pl.DataFrame) -> pl.Series:
    """Return the words that many names of a list have; each list has the column `words`."""
    counts = [
        rows.select(word=pl.col("words").str.split(" "))
        .explode("word")
        .group_by("word")
        .agg(count=pl.len())
        .filter(pl.col("count") >= max(COMMON_COUNT, COMMON_SHARE * rows.height))
        for rows in lists
    ]
    return pl.concat(counts)["word"].unique()


def with_rare_words(rows: pl.DataFrame, common: pl.Series) -> pl.DataFrame:
    """Return rows with `rare`: those of their words that are not common, or else all."""
    is_rare = ~pl.element().is_in(common.implode())
    rare = pl.col("words").str.split(" ").list.eval(pl.element().filter(is_rare)).list.join(" ")
    return rows.with_columns(rare=pl.when(rare != "").then(rare).otherwise("words"))


def plain(text: pl.Expr) -> pl.Expr:
    """Return a text in small letters and figures, with a space between words."""
    small = text.str.to_lowercase().str.normalize("NFKD")
    bare = small.str.replace_all(r"[\u0300-\u036F'’`.]", "").str.replace_many(_LETTERS)  # noqa: RUF001
    spaced = bare.str.replace_all(r"[^\p{L}\p{M}\p{N}]+", " ").str.strip_chars()
    spaced = spaced.str.replace_all(r"\b0+(\d)", "$1")
    for roman, figures in _ROMAN.items():
        spaced = spaced.str.replace_all(rf"\b{roman}\b", figures)
    for roman, figures in _LAST_ROMAN.items():
        spaced = spaced.str.replace(roman, figures)
    return spaced


def similarity(one: pl.DataFrame, other: pl.DataFrame) -> pl.Series:
    """Return how similar names are, row by row: 0 to 100; no name is like none.

    Args:
        one: The columns `NAME_FORMS`.
        other: The same, as many rows.
    """
    ratios = pl.DataFrame(
        {name: _ratios(one[name], other[name]) for name in ("words", "letters", "rare")}
    )
    have_common = (one["rare"] != one["words"]) | (other["rare"] != other["words"])
    whole = pl.max_horizontal("words", "letters")
    score = pl.when(have_common).then(pl.min_horizontal(whole, "rare")).otherwise(whole)
    scores = ratios.select(score).to_series()
    loss = _loss_by_type(one["type"], other["type"]) + _loss_by_marks(one["marks"], other["marks"])
    return (scores - loss).clip(0) * (one["words"] != "")


def _ratios(one: pl.Series, other: pl.Series) -> pl.Series:
    return pl.Series(cpdist(one.to_list(), other.to_list(), scorer=fuzz.ratio), dtype=pl.Float64)


def _loss_by_type(one: pl.Series, other: pl.Series) -> pl.Series:
    is_unnamed = (one == "") | (other == "")
    loss = pl.when(is_unnamed).then(ONE_TYPE_ONLY).otherwise(OTHER_TYPE)
    return pl.select(pl.when(one == other).then(0.0).otherwise(loss)).to_series()


def _loss_by_marks(one: pl.Series, other: pl.Series) -> pl.Series:
    return pl.select(pl.when(one == other).then(0.0).otherwise(OTHER_MARKS)).to_series()


def _types(text: pl.Series, settings: MatchSettings) -> pl.Series:
    """Return the types that a name tells, as one text; most names tell one, or none."""
    types = [
        pl.when(text.str.contains(_one_of(words))).then(pl.lit(key))
        for key, words in settings.words.items()
        if words
    ]
    no_type = pl.Series([""]).new_from_index(0, len(text)).to_frame("type")
    return no_type.select(
        pl.concat_str("type", *types, separator=" ", ignore_nulls=True).str.strip_chars()
    ).to_series()


def _without(text: pl.Series, words: Sequence[str]) -> pl.Series:
    if not words:
        return text
    rest = text.str.replace_all(_one_of(words), " ")
    return rest.str.replace_all(r" +", " ").str.strip_chars()


def _one_of(words: Sequence[str]) -> str:
    """Return a pattern of words, the longest first, in the form of the names."""
    forms = pl.Series("name", words, dtype=pl.String).to_frame().select(plain(pl.col("name")))
    longest_first = sorted(forms.to_series().to_list(), key=len, reverse=True)
    return rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b"
