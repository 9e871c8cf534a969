"""Parameters of which one is tried by default, and the others by `make test-cases`."""

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


VERSIONS = one_by_default(SUPPORTED, USUAL_VERSION)
