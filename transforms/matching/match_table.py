"""A person's own table of places and org units."""

import polars as pl

from transforms.core.errors import CountryError
from transforms.matching.places import KINDS

CODE, UID, KIND = "code", "uid", "kind"


def checked_match_table(rows: pl.DataFrame) -> pl.DataFrame:
    """Return code, kind (null: of any) and uid, all texts.

    Raises:
        CountryError: A column is missing, or a line cannot be used.
    """
    if missing := [name for name in (CODE, UID) if name not in rows.columns]:
        raise CountryError(
            f"The table of places (match.table) has no column {', '.join(missing)}. Expected are "
            f"code and uid, and kind where a location and a facility have one code. Nothing was "
            f"done."
        )
    kind = pl.col(KIND) if KIND in rows.columns else pl.lit(None, pl.String).alias(KIND)
    typed = rows.select(CODE, kind, UID).select(pl.all().cast(pl.String).str.strip_chars())
    typed = typed.select(pl.when(pl.all() != "").then(pl.all()))
    unusable = typed.filter(~_is_usable().fill_null(value=False))
    if not unusable.is_empty():
        raise CountryError(
            f"The table of places (match.table) has {unusable.height} lines that cannot be used: "
            f"without code or uid, with a code that is there twice, or of a kind that is none of "
            f"{', '.join(KINDS)}. Correct or remove them. Nothing was done."
        )
    return typed


def keys_of_table(table: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Return the table by the UUIDs of places: key and uid. Deleted places have no say in it.

    Args:
        table: See `checked_match_table`.
        places: `transforms.matching.places.PLACES`.

    Raises:
        CountryError: A line without kind has the code of several places.
    """
    current = places.filter("is_current").select("key", CODE, place_kind=KIND)
    is_of_kind = pl.col(KIND).is_null() | (pl.col(KIND) == pl.col("place_kind"))
    named = table.join(current, on=CODE).filter(is_of_kind)
    if (unclear := named.filter(pl.struct(CODE, KIND).is_duplicated())).height:
        raise CountryError(
            f"The table of places (match.table) has codes that several places of openIMIS have "
            f"({', '.join(unclear[CODE].unique().sort().head(5))}): add the column kind. Nothing "
            f"was done."
        )
    return named.sort(KIND, nulls_last=True).unique("key", keep="first").select("key", UID)


def _is_usable() -> pl.Expr:
    is_of_kind = pl.col(KIND).is_null() | pl.col(KIND).is_in(KINDS)
    is_once = pl.struct(CODE, KIND).is_unique()
    return pl.col(CODE).is_not_null() & pl.col(UID).is_not_null() & is_of_kind & is_once
