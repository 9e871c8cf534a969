"""Requests of a limited size."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Thing = TypeVar("Thing")


def chunks(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """Return the things in lists of at most `size`."""
    walk = iter(things)
    while chunk := list(islice(walk, size)):
        yield chunk
