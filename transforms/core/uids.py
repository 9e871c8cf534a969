"""UIDs: computed from keys, never looked up.

The seed's algorithm: 32 hexadecimal digits (of a UUID, or the MD5 of a salted text); of each of
the first 11 bytes the upper 6 bits; 0 to 61 are the digits, capitals and small letters, 62 and 63
are A and B; the first character is never a digit (10 is added to a value below 10).

It is not injective: two keys can have one UID. The delta finds that and rejects both.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import polars_hash as plh
import pyarrow as pa
from numpy.typing import NDArray

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzAB"
UID_LENGTH = 11

_Bytes = NDArray[np.uint8]
_DASH = ord("-")
_VIEW_LENGTH = 16  # of an Arrow string view: 4 bytes of length, then up to 12 bytes of text
_NOT_A_DIGIT = 16
_NOTHING = pl.Series([None], dtype=pl.String)
_NOWHERE = pl.Series([None], dtype=pl.Int64)


@dataclass(frozen=True)
class _Layout:
    """Where the 16 pairs of digits, and the dashes, of a text stand."""

    length: int
    pairs: tuple[int, ...]
    dashes: tuple[int, ...] = ()


_PLAIN = _Layout(32, tuple(range(0, 32, 2)))
_DASHED = _Layout(
    36, (0, 2, 4, 6, 9, 11, 14, 16, *range(19, 23, 2), *range(24, 36, 2)), (8, 13, 18, 23)
)


def _letters_of_pairs(letters: str) -> _Bytes:
    """Return the letter of every two bytes of text, read as one number; 0 if they are no digits."""
    digit = np.full(256, _NOT_A_DIGIT, np.uint8)
    for text in (b"0123456789abcdef", b"0123456789ABCDEF"):
        digit[np.frombuffer(text, np.uint8)] = np.arange(16, dtype=np.uint8)
    digits = digit[np.arange(1 << 16, dtype=np.uint16).view(np.uint8).reshape(-1, 2)]
    upper_bits = ((digits[:, 0] & 15) << 2) | ((digits[:, 1] & 15) >> 2)
    letter = np.frombuffer(letters.encode(), np.uint8)[upper_bits]
    return np.where((digits < _NOT_A_DIGIT).all(axis=1), letter, np.uint8(0))


_LETTER = _letters_of_pairs(LETTERS)
_FIRST_LETTER = _letters_of_pairs(LETTERS[10:20] + LETTERS[10:])


def uid_of_uuid(uuid: pl.Expr) -> pl.Expr:
    """Return the UID of a UUID, with or without dashes, in either case; null for no UUID."""
    return uuid.map_batches(_uids_of_uuids, return_dtype=pl.String, is_elementwise=True)


def hashed_uid(text: pl.Expr) -> pl.Expr:
    """Return the UID of a text that is no UUID: salt and key, already joined; null for null."""
    digits = plh.concat_str(text).nchash.md5()
    return digits.map_batches(_uids_of_digits, return_dtype=pl.String, is_elementwise=True)


def uid_of_generation(resource: str, key: pl.Expr, generation: pl.Expr) -> pl.Expr:
    """Return the UID of a later generation: of `<resource>:<key>#<generation>`."""
    return hashed_uid(pl.format(f"{resource}:{{}}#{{}}", key, generation))


def _uids_of_uuids(uuids: pl.Series) -> pl.Series:
    found = _uids(uuids, _DASHED)
    if found.null_count() == uuids.null_count():
        return found
    undashed = uuids.str.replace_all("-", "", literal=True)
    return found.zip_with(found.is_not_null(), _uids(undashed, _PLAIN))


def _uids_of_digits(digits: pl.Series) -> pl.Series:
    return _uids(digits, _PLAIN)


def _uids(texts: pl.Series, layout: _Layout) -> pl.Series:
    """Return the UIDs of texts of this layout; null for any other."""
    fits = (texts.str.len_bytes() == layout.length).fill_null(value=False)
    if fits.all():
        return _uids_of_fitting(texts, layout)
    position = (fits.cum_sum().cast(pl.Int64) - 1).zip_with(fits, _NOWHERE)
    return _uids_of_fitting(texts.filter(fits), layout).gather(position).alias(texts.name)


def _uids_of_fitting(texts: pl.Series, layout: _Layout) -> pl.Series:
    """Return the UIDs of texts of the right length; null where digits or dashes are not."""
    count = len(texts)
    if count == 0:
        return texts
    content = _content(texts)

    def at(position: int, dtype: type) -> NDArray[Any]:
        return np.ndarray((count,), dtype, content, position, (layout.length,))

    letters = np.empty((len(layout.pairs), count), np.uint8)
    for number, position in enumerate(layout.pairs):
        table = _LETTER if number else _FIRST_LETTER
        np.take(table, at(position, np.uint16), out=letters[number], mode="clip")
    valid = letters.all(axis=0)
    for position in layout.dashes:
        valid &= at(position, np.uint8) == _DASH
    found = _texts(letters[:UID_LENGTH]).alias(texts.name)
    return found if valid.all() else found.zip_with(pl.Series(valid), _NOTHING)


def _content(texts: pl.Series) -> pa.Buffer:
    """Return the bytes of all texts, one text after another.

    The layout is named, so that another default of polars is not read as this one: the newer one
    keeps short texts in views.
    """
    return texts.to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()[2]


def _texts(letters: _Bytes) -> pl.Series:
    """Return the columns of `letters` as texts: Arrow string views, in place."""
    views = np.zeros((letters.shape[1], _VIEW_LENGTH), np.uint8)
    views[:, :4] = np.array([UID_LENGTH], np.uint32).view(np.uint8)
    views[:, 4 : 4 + UID_LENGTH] = letters.T
    buffers = [None, pa.py_buffer(views)]
    return pl.Series(pa.Array.from_buffers(pa.string_view(), len(views), buffers))
