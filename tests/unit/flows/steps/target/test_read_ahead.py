"""Parts that are read at once: in their order, so many and no more, and none after an error."""

import threading
from collections.abc import Iterator

import pytest

from flows.steps.target.read_ahead import in_order

LONG = 20.0


def letters(part: str) -> Iterator[str]:
    yield from part


@pytest.mark.parametrize("at_once", [1, 2, 5])
@pytest.mark.parametrize("room", [1, 3])
def test_the_order_is_that_of_reading_one_after_another(at_once: int, room: int) -> None:
    parts = ["abc", "", "d", "efghijk", "l"] * 4

    assert list(in_order(parts, letters, at_once=at_once, room=room)) == list("".join(parts))


def test_without_parts_there_is_nothing() -> None:
    assert list(in_order([], letters, at_once=2, room=1)) == []


def test_as_many_parts_are_read_at_once_as_is_set() -> None:
    met = threading.Barrier(3, timeout=LONG)

    def read(part: int) -> Iterator[int]:
        met.wait()
        yield part

    assert list(in_order(range(6), read, at_once=3, room=1)) == list(range(6))


def test_parts_are_taken_as_they_are_needed() -> None:
    taken = []

    def parts() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    read = in_order(parts(), lambda part: iter([part]), at_once=2, room=1)
    next(read)

    assert len(taken) <= 4
    read.close()


def test_a_part_that_nobody_takes_waits_and_is_not_read_on() -> None:
    """The second part may hold as much as it likes: no more than the room of it is read."""
    read_of_second, is_full = [], threading.Event()

    def read(part: int) -> Iterator[int]:
        if part == 0:
            assert is_full.wait(LONG)
            yield 0
            return
        for number in range(1_000):
            read_of_second.append(number)
            if number == 3:
                is_full.set()
            yield number

    found = in_order([0, 1], read, at_once=2, room=3)
    first = next(found)

    assert first == 0
    assert len(read_of_second) <= 3 + 2  # one in hand, one about to be
    assert list(found) == list(range(1_000))


@pytest.mark.parametrize("at_once", [1, 4])
def test_the_first_error_is_raised_in_its_place_and_hardly_another_part_is_read(
    at_once: int,
) -> None:
    begun = []

    def read(part: int) -> Iterator[int]:
        begun.append(part)
        yield part
        if part == 2:
            raise ValueError("the third")

    found = in_order(range(1_000), read, at_once=at_once, room=2)

    assert [next(found) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="the third"):
        next(found)
    assert len(begun) < 20
