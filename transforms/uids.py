"""UIDs: computed from keys, never looked up.

The seed's algorithm: 32 hexadecimal digits (of a UUID, or the MD5 of a salted text); of each of
the first 11 bytes the upper 6 bits; 0 to 61 are the digits, capitals and small letters, 62 and 63
are A and B; the first character is never a digit (10 is added to a value below 10).

It is not injective: two keys can have one UID. The delta finds that and rejects both.
"""

import numpy as np
import polars as pl
import polars_hash as plh
import pyarrow as pa
from numpy.typing import NDArray

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzAB"
UID_LENGTH = 11
DIGITS = 32

_Bytes = NDArray[np.uint8]
_LETTER: _Bytes = np.frombuffer(LETTERS.encode(), np.uint8)
_FIRST_LETTER: _Bytes = np.concatenate((_LETTER[10:20], _LETTER[10:]))
_DIGIT: _Bytes = np.zeros(256, np.uint8)
_DIGIT[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16, dtype=np.uint8)


def uid_of_uuid(uuid: pl.Expr) -> pl.Expr:
    """Return the UID of a UUID, with or without dashes, in either case; null for no UUID."""
    return _uid_of_digits(uuid.str.replace_all("-", "", literal=True).str.to_lowercase())


def hashed_uid(text: pl.Expr) -> pl.Expr:
    """Return the UID of a text that is no UUID: salt and key, already joined; null for null."""
    return _uid_of_digits(plh.concat_str(text).nchash.md5())


def uid_of_generation(resource: str, key: pl.Expr, generation: pl.Expr) -> pl.Expr:
    """Return the UID of a later generation: of `<resource>:<key>#<generation>`."""
    return hashed_uid(pl.format(f"{resource}:{{}}#{{}}", key, generation))


def _uid_of_digits(digits: pl.Expr) -> pl.Expr:
    return digits.map_batches(_uids, return_dtype=pl.String, is_elementwise=True)


def _uids(digits: pl.Series) -> pl.Series:
    """Return the UIDs of texts of 32 lower-case hexadecimal digits; null for any other."""
    valid = digits.str.contains(r"^[0-9a-f]{32}$").fill_null(value=False)
    found = _letters(digits.filter(valid))
    return pl.Series(digits.name, found) if valid.all() else _spread(found, valid, digits.name)


def _letters(digits: pl.Series) -> pl.Series:
    codes = np.frombuffer(digits.str.join("").item().encode(), np.uint8)
    values = _DIGIT[codes].reshape(-1, DIGITS)[:, : 2 * UID_LENGTH]
    upper_bits = (values[:, ::2] << 2) | (values[:, 1::2] >> 2)
    letters = _LETTER[upper_bits]
    letters[:, 0] = _FIRST_LETTER[upper_bits[:, 0]]
    return pl.Series(_texts(letters))


def _texts(letters: _Bytes) -> pa.LargeStringArray:
    offsets = np.arange(0, letters.size + 1, UID_LENGTH, dtype=np.int64)
    return pa.LargeStringArray.from_buffers(
        len(letters), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters))
    )


def _spread(found: pl.Series, valid: pl.Series, name: str) -> pl.Series:
    position = valid.cum_sum().cast(pl.Int64) - 1
    return found.gather(position.zip_with(valid, pl.Series([None], dtype=pl.Int64))).alias(name)
