"""How a CSV file that people edit is written."""

import polars as pl

SEPARATORS = (",", ";", "\t")
"""Spreadsheets write what is usual in their language; no title or code of ours holds any."""


def separator_of(titles: str) -> str:
    """Return the separator of a file: the one that its first line has most of."""
    return max(SEPARATORS, key=titles.count)


def rows_of(content: bytes) -> pl.DataFrame:
    """Return the rows of a CSV file in UTF-8, with or without its mark, all as text.

    Raises:
        UnicodeDecodeError: It is in another encoding.
        pl.exceptions.PolarsError: It is no CSV.
    """
    text = content.decode("utf-8-sig")
    return pl.read_csv(
        text.encode(), infer_schema=False, separator=separator_of(text.partition("\n")[0])
    )
