"""Which further cells are kept back, so that no small cell follows from what is sent.

A small cell that is left out of a sum follows from the rest of it, if the sum is sent too. So for
the equations of `relations.py` we ask which cells all of them together give away. For each, one
more is kept back: the smallest that shares a sum with it, of equal ones always the same. One of a
closed period, which DHIS2 may have already, hides nothing: it is chosen where there is no other.
That is done until nothing is given away. Elimination is exact.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

Equation = Mapping[int, int]
"""Cell to its coefficient."""
Cost = tuple[bool, float]
"""Whether DHIS2 may have the cell already, where it stays; and its value."""
_PRIME = (1 << 61) - 1
"""Elimination is done in whole numbers modulo a prime: no rounding tells two sums apart."""


def cells_to_withhold(terms: pl.DataFrame, small: Iterable[int], costs: Sequence[Cost]) -> set[int]:
    """Return which cells are kept back: the small ones, and those that would tell them.

    Args:
        terms: equation, cell, sign; see `transforms.aggregates.relations.equations`.
        small: Cells that must not be known.
        costs: Of each cell, by its number.
    """
    system = _System(terms, set(small))
    while more := system.telling_cells(costs):
        system.withheld |= more
    return system.withheld


def determined(equations: Iterable[Equation]) -> set[int]:
    """Return the unknowns that a system of equations determines; what they equal does not matter.

    Args:
        equations: Of each, the unknown cells with their coefficients; known cells are left out.
    """
    rows = _reduced(equations)
    return {next(iter(row)) for row in rows if len(row) == 1}


def _reduced(equations: Iterable[Equation]) -> list[dict[int, int]]:
    """Return the system in reduced form: each row has a pivot that no other row has."""
    rows: dict[int, dict[int, int]] = {}
    for equation in equations:
        row = _less(dict(equation), rows)
        if not row:
            continue
        pivot = min(row)
        inverse = pow(row[pivot], -1, _PRIME)
        row = {cell: value * inverse % _PRIME for cell, value in row.items()}
        for other, earlier in rows.items():
            if pivot in earlier:
                rows[other] = _minus(earlier, row, earlier[pivot])
        rows[pivot] = row
    return list(rows.values())


def _less(row: dict[int, int], rows: Mapping[int, dict[int, int]]) -> dict[int, int]:
    row = {cell: value % _PRIME for cell, value in row.items() if value % _PRIME}
    for pivot in [cell for cell in row if cell in rows]:
        row = _minus(row, rows[pivot], row.get(pivot, 0))
    return row


def _minus(row: Mapping[int, int], other: Mapping[int, int], times: int) -> dict[int, int]:
    found = dict(row)
    for cell, value in other.items():
        left = (found.get(cell, 0) - times * value) % _PRIME
        if left:
            found[cell] = left
        else:
            found.pop(cell, None)
    return found


def _open(cells: set[int], costs: Sequence[Cost]) -> set[int]:
    return {cell for cell in cells if not costs[cell][0]}


class _System:
    """Equations, and which of their cells are kept back so far."""

    def __init__(self, terms: pl.DataFrame, withheld: set[int]) -> None:
        self.withheld = withheld
        self._equations: dict[int, dict[int, int]] = defaultdict(dict)
        self._of_cell: dict[int, list[int]] = defaultdict(list)
        for equation, cell, sign in terms.select("equation", "cell", "sign").iter_rows():
            self._equations[equation][cell] = sign
            self._of_cell[cell].append(equation)

    def telling_cells(self, costs: Sequence[Cost]) -> set[int]:
        """Return one more cell to keep back for each cell that what is sent gives away."""
        more: set[int] = set()
        for numbers in self._components():
            cells = determined(self._unknowns(each) for each in numbers)
            for cell in sorted(cells):
                own, of_all = self._cells_sent(self._of_cell[cell]), self._cells_sent(numbers)
                near = _open(own, costs) or _open(of_all, costs) or own or of_all
                if near and near.isdisjoint(more):
                    more.add(min(near, key=lambda each: (costs[each], each)))
        return more

    def _components(self) -> Iterator[list[int]]:
        """Yield the equations that hang together by what is kept back."""
        seen: set[int] = set()
        for start in sorted(self.withheld):
            found: list[int] = []
            ahead = [start]
            while ahead:
                new = [each for each in self._of_cell.get(ahead.pop(), ()) if each not in seen]
                seen.update(new)
                found += new
                ahead += [cell for each in new for cell in self._unknowns(each)]
            if found:
                yield found

    def _unknowns(self, equation: int) -> dict[int, int]:
        terms = self._equations[equation]
        return {cell: sign for cell, sign in terms.items() if cell in self.withheld}

    def _cells_sent(self, equations: Iterable[int]) -> set[int]:
        return {cell for each in equations for cell in self._equations[each]} - self.withheld
