"""The options of a data value, as its key names them."""

import polars as pl

from transforms.aggregates.elements import option_uid
from transforms.aggregates.figures.categories import CATEGORIES


def options_of(options: dict[str, list[str]]) -> pl.Expr:
    """Return the UIDs of a row's options, in the order of UIDs, with dots between; "" for none.

    Args:
        options: Category to the codes of its options that occur; a column each, or null.
    """
    uids = [
        pl.col(key).replace_strict(
            {code: option_uid(key, code) for code in options[key]},
            default=None,
            return_dtype=pl.String,
        )
        for key in CATEGORIES
    ]
    return pl.concat_list(uids).list.drop_nulls().list.sort().list.join(".")
