"""The key of a data value: all that DHIS2 needs to find it, besides the value.

    <UUID of the place>:<data element>:<period>:<org unit>:<options of the categories, by dots>

It begins with the UUID of openIMIS's row, as all keys do. An org unit that was decided otherwise
makes another value of it: the one is deleted, the other made.
"""

import polars as pl

PARTS = ("place", "dataElement", "period", "orgUnit", "options")
OPTIONS_OF_VALUE = "options"
"""In a bundle, where DHIS2 has its own name for what the options make together."""


def key_of_value() -> pl.Expr:
    """Return the key of a value, of its columns `PARTS`."""
    return pl.concat_str(*PARTS, separator=":")


def parts_of_key(key: pl.Expr) -> dict[str, pl.Expr]:
    """Return the columns `PARTS` of a key."""
    fields = key.str.splitn(":", len(PARTS))
    return {name: fields.struct.field(f"field_{number}") for number, name in enumerate(PARTS)}
