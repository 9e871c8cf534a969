"""Codes of the objects that figures need, in DHIS2 and in ADX: made of keys that never change."""

from transforms.aggregates.figures.table import Figure

PREFIX = "oi_"
"""Of openIMIS: a ministry may have a code `sex` of its own."""
LONGEST_CODE = 50


def element_code(figure: Figure, frequency: str) -> str:
    """Return the code of the data element of a figure."""
    return f"{PREFIX}{figure.key}{'_q' if frequency == 'quarterly' else ''}"


def data_set_code(place: str, frequency: str) -> str:
    """Return the code of the data set of a kind of place."""
    return f"{PREFIX}{place}_{frequency}"


def category_code(category: str) -> str:
    """Return the code of a category; ADX makes the name of an attribute of it."""
    return f"{PREFIX}{category}"


def option_code(category: str, code: str) -> str:
    """Return the code of an option of a category."""
    return f"{PREFIX}{category}_{code}"[:LONGEST_CODE]
