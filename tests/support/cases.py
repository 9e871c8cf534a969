"""Parameters of which one is tried by default, or by continuous integration."""

from collections.abc import Iterable

import pytest

from tests.support.sandbox import SUPPORTED

USUAL_VERSION = "2.42"


def one_by_default(values: Iterable[object], usual: object | None = None) -> list[object]:
    """Return parameters of which all are marked as other cases but one: the usual, or the first."""
    listed = list(values)
    chosen = listed[0] if usual is None else usual
    return [
        each if each == chosen else pytest.param(each, marks=pytest.mark.other_cases)
        for each in listed
    ]


def first_in_ci(values: Iterable[object]) -> list[object]:
    """Return parameters of which continuous integration tries the first; a tuple is several."""
    first, *others = values
    parts = first if isinstance(first, tuple) else (first,)
    return [pytest.param(*parts, marks=pytest.mark.ci), *others]


VERSIONS = one_by_default(SUPPORTED, USUAL_VERSION)
