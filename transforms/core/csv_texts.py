"""How a CSV file that people edit is written."""

SEPARATORS = (",", ";", "\t")
"""Spreadsheets write what is usual in their language; no title or code of ours holds any."""


def separator_of(titles: str) -> str:
    """Return the separator of a file: the one that its first line has most of."""
    return max(SEPARATORS, key=titles.count)
