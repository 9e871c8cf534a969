"""JSON made of columns, as text: one row, one object, no Python object on the way.

The same bytes as orjson gives. `struct.json_encode` needs a list of structs for the values of a
row, which costs ten times as much (polars 2.1).
"""

from collections.abc import Mapping, Sequence

import polars as pl

NULL = "null"
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_CONTROLS = {chr(code): f"\\u{code:04x}" for code in range(0x20)}
ESCAPES: dict[str, str] = {**_CONTROLS, **_SHORT, '"': '\\"', "\\": "\\\\"}


def quoted(text: pl.Expr) -> pl.Expr:
    """Return `text` as a JSON string; null stays null."""
    return pl.concat_str(pl.lit('"'), text.str.replace_many(ESCAPES), pl.lit('"'))


def quoted_or_null(text: pl.Expr) -> pl.Expr:
    """Return `text` as a JSON string, and the word `null` for null."""
    return quoted(text).fill_null(NULL)


def json_object(members: Mapping[str, pl.Expr]) -> pl.Expr:
    """Return a JSON object; null if a member is null.

    Args:
        members: Name, which needs no escape, to the JSON text of its value.
    """
    pieces: list[pl.Expr] = []
    for name, value in members.items():
        pieces += [pl.lit(f'{"," if pieces else "{"}"{name}":'), value]
    return pl.concat_str(*pieces, pl.lit("}"))


def json_list(items: Sequence[pl.Expr]) -> pl.Expr:
    """Return a JSON list of those items that are not null.

    Args:
        items: JSON texts, or several in one text with commas between them.
    """
    joined = pl.concat_str(*items, separator=",", ignore_nulls=True)
    return pl.concat_str(pl.lit("["), joined, pl.lit("]"))
