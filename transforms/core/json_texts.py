"""JSON made of columns, as text: one row, one object, no Python object on the way.

The same bytes as orjson gives. `struct.json_encode` needs a list of structs for the values of a
row, which costs ten times as much (polars 2.1).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

Json = dict[str, Any]
"""An object of JSON that DHIS2 answered or is sent, as orjson has it."""

Payload = dict[str, list[Json]]
"""Metadata: plural name of a class to its objects."""

NULL = "null"
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_CONTROLS = {chr(code): f"\\u{code:04x}" for code in range(0x20)}
ESCAPES: dict[str, str] = {**_CONTROLS, **_SHORT, '"': '\\"', "\\": "\\\\"}

Pieces = Sequence[pl.Expr | str]


def quote(text: pl.Expr) -> Pieces:
    """Return `text` as a JSON string, in pieces; null if it is null."""
    return '"', text.str.replace_many(ESCAPES), '"'


def quoted_or_null(text: pl.Expr) -> Pieces:
    """Return `text` as a JSON string, and the word `null` for null."""
    return (_join(quote(text)).fill_null(NULL),)


def constant(text: str | None) -> Pieces:
    """Return a text, which needs no escape, as a JSON string, and the word `null` for None."""
    return (f'"{text}"' if text else NULL,)


def json_object(members: Mapping[str, Pieces]) -> pl.Expr:
    """Return a JSON object; null if a member is null.

    Args:
        members: Name, which needs no escape, to the JSON text of its value.
    """
    pieces: list[pl.Expr | str] = []
    for name, value in members.items():
        pieces += [f'{"," if pieces else "{"}"{name}":', *value]
    return _join([*pieces, "}"])


def json_list(items: Sequence[pl.Expr]) -> Pieces:
    """Return a JSON list of those items that are not null.

    Args:
        items: JSON texts, or several in one text with commas between them.
    """
    return "[", pl.concat_str(*items, separator=",", ignore_nulls=True), "]"


def _join(pieces: Sequence[pl.Expr | str]) -> pl.Expr:
    """Return the pieces as one text; fixed ones side by side are one: the fewer, the faster."""
    joined: list[pl.Expr] = []
    fixed = ""
    for piece in pieces:
        if isinstance(piece, str):
            fixed += piece
        else:
            joined += [pl.lit(fixed), piece]
            fixed = ""
    return pl.concat_str(*joined, pl.lit(fixed))
