"""Which further cells are kept back, so that no small cell follows from what is sent.

A small cell that is left out of a sum follows from the rest of it, if the sum is sent too. So for
the equations of `relations.py` we ask which cells all of them together give away. For each, one
more is kept back: the smallest that shares a sum with it, of equal ones always the same. One of a
closed period, which DHIS2 has already, hides nothing: it is never chosen. That is done until no
small cell is given away, or what DHIS2 has already does so by itself.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import polars as pl

Key = TypeVar("Key", bound=Hashable)
Cost = tuple[bool, float]
"""Whether DHIS2 has the cell already, where it stays; and its value."""
_PRIME = (1 << 61) - 1
"""Elimination is done in whole numbers modulo a prime: no rounding tells two sums apart."""


def cells_to_withhold(terms: pl.DataFrame, small: Iterable[int], costs: Sequence[Cost]) -> set[int]:
    """Return which cells are kept back: the small ones, and those that would tell them.

    Args:
        terms: equation, cell, sign; see `transforms.aggregates.relations.equations`.
        small: Cells that must not be known.
        costs: Of each cell, by its number.
    """
    system = _System(terms, set(small), costs)
    while more := system.telling_cells():
        system.withheld |= more
    return system.withheld


def determined(equations: Iterable[Mapping[Key, int]]) -> set[Key]:
    """Return the unknowns that a system of equations determines; what they equal does not matter.

    An unknown is determined if it is 0 in every solution of the system whose known cells are all 0.
    One such solution is taken at random: an unknown that is not determined is not 0 in it (but for
    one chance in 2^61, and then more is kept back than is needed).

    Args:
        equations: Of each, the unknown cells with their coefficients; known cells are left out.
    """
    rows = [*_alone([dict(each) for each in equations if each])]
    chance = _numbers()
    solution: dict[Key, int] = {}
    for pivot, row in reversed(rows):
        total = 0
        for cell, value in row.items():
            if cell != pivot:
                if cell not in solution:
                    solution[cell] = next(chance)
                total += value * solution[cell]
        solution[pivot] = -total * pow(row[pivot], -1, _PRIME) % _PRIME
    return {cell for cell, value in solution.items() if not value}


def _numbers() -> Iterator[int]:
    """Yield numbers that have nothing to do with each other: the same ones every time."""
    state = 1
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 128)
        yield 1 + (state >> 64) * (state % (1 << 61)) % (_PRIME - 1)


def _alone(equations: list[dict[Key, int]]) -> Iterator[tuple[Key, dict[Key, int]]]:
    """Yield equations with an unknown of each that none of the later ones has.

    First as they are, as long as there is one; what is left is eliminated.
    """
    of_cell: dict[Key, set[int]] = defaultdict(set)
    for number, equation in enumerate(equations):
        for cell in equation:
            of_cell[cell].add(number)
    left = set(range(len(equations)))
    ahead = [cell for cell, numbers in of_cell.items() if len(numbers) == 1]
    while ahead:
        pivot = ahead.pop()
        for number in [*of_cell[pivot]]:
            yield pivot, equations[number]
            left.remove(number)
            for cell in equations[number]:
                of_cell[cell].discard(number)
                if len(of_cell[cell]) == 1:
                    ahead.append(cell)
    yield from _echelon(equations[number] for number in sorted(left))


def _echelon(equations: Iterable[dict[Key, int]]) -> Iterator[tuple[Key, dict[Key, int]]]:
    """Yield equations that say the same, with an unknown of each that no later one has."""
    short_first = sorted(equations, key=len)
    frequent = Counter(cell for equation in short_first for cell in equation)
    rows: dict[Key, dict[Key, int]] = {}
    for equation in short_first:
        row = {cell: value % _PRIME for cell, value in equation.items()}
        ahead = [cell for cell in row if cell in rows]
        while ahead:
            pivot = ahead.pop()
            if pivot in row:
                row = _minus(row, rows[pivot], row[pivot])
                ahead += [cell for cell in rows[pivot] if cell in rows and cell in row]
        if row:
            pivot = min(row, key=lambda cell: frequent[cell])
            inverse = pow(row[pivot], -1, _PRIME)
            rows[pivot] = {cell: value * inverse % _PRIME for cell, value in row.items()}
    yield from rows.items()


def _minus(row: Mapping[Key, int], other: Mapping[Key, int], times: int) -> dict[Key, int]:
    found = dict(row)
    for cell, value in other.items():
        left = (found.get(cell, 0) - times * value) % _PRIME
        if left:
            found[cell] = left
        else:
            found.pop(cell, None)
    return found


class _System:
    """Equations, and which of their cells are kept back so far."""

    def __init__(self, terms: pl.DataFrame, small: set[int], costs: Sequence[Cost]) -> None:
        self.withheld = set(small)
        self._small, self._costs = small, costs
        self._equations: dict[str, dict[int, int]] = defaultdict(dict)
        self._of_cell: dict[int, list[str]] = defaultdict(list)
        for equation, cell, sign in terms.select("equation", "cell", "sign").iter_rows():
            self._equations[equation][cell] = sign
            self._of_cell[cell].append(equation)
        self._ahead = set(self.withheld)

    def telling_cells(self) -> set[int]:
        """Return one more cell to keep back for each cell that what is sent gives away.

        Only where something was kept back since it was asked last.
        """
        more: set[int] = set()
        for names in self._components():
            cells = determined(self._unknowns(each) for each in names)
            if cells.isdisjoint(self._small):
                continue
            chosen: set[int] = set()
            for cell in sorted(cells):
                near = self._open(self._of_cell[cell])
                if near and near.isdisjoint(chosen):
                    chosen.add(self._smallest(near))
            if not chosen and (near := self._open(names)):
                chosen.add(self._smallest(near))
            more |= chosen
        self._ahead = set(more)
        return more

    def _components(self) -> Iterator[list[str]]:
        """Yield the equations that hang together by what is kept back."""
        seen: set[str] = set()
        for start in sorted(self._ahead):
            found: list[str] = []
            ahead = [start]
            while ahead:
                new = [each for each in self._of_cell.get(ahead.pop(), ()) if each not in seen]
                seen.update(new)
                found += new
                ahead += [cell for each in new for cell in self._unknowns(each)]
            if found:
                yield found

    def _unknowns(self, equation: str) -> dict[int, int]:
        terms = self._equations[equation]
        return {cell: sign for cell, sign in terms.items() if cell in self.withheld}

    def _open(self, names: Iterable[str]) -> set[int]:
        """Return the cells of some equations that can be kept back still."""
        cells = {cell for each in names for cell in self._equations[each]} - self.withheld
        return {cell for cell in cells if not self._costs[cell][0]}

    def _smallest(self, cells: Iterable[int]) -> int:
        return min(cells, key=lambda each: (self._costs[each], each))
