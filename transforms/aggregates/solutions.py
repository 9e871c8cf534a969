"""What a system of equations tells of its unknowns, whatever the known cells equal.

Elimination is done in whole numbers modulo a prime: no rounding tells two sums apart. Each row
remembers of which equations it was made: a marker below 0 each, which is no unknown.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

PRIME = (1 << 61) - 1
Row = dict[int, int]
"""Unknown, or marker of an equation, to its coefficient."""
Solution = dict[int, int]


class Solutions:
    """All solutions of a system whose known cells are 0.

    Rows are in an order in which no later one has the pivot of an earlier one.
    """

    def __init__(self, equations: Mapping[int, Mapping[int, int]]) -> None:
        """Eliminate.

        Args:
            equations: Number of each to its unknown cells with their coefficients; known cells are
                left out.
        """
        named = [{**each, _marker(name): 1} for name, each in equations.items() if each]
        self._rows = [*_alone(named)]
        self._at = {pivot: n for n, (pivot, _) in enumerate(self._rows)}
        self._free = [*dict.fromkeys(cell for _, row in self._rows for cell in row if cell >= 0)]

    def at_random(self, seed: int = 1) -> Solution:
        """Return a solution: an unknown that is not determined is not 0 in it.

        But for one chance in 2^61, and then more is kept back than is needed.
        """
        chance = _numbers(seed)
        found = {cell: next(chance) for cell in self._free if cell not in self._at}
        for pivot, row in reversed(self._rows):
            total = sum(v * found[cell] for cell, v in row.items() if cell >= 0 and cell != pivot)
            found[pivot] = -total * pow(row[pivot], -1, PRIME) % PRIME
        return found

    def told_by(self, cell: int) -> dict[int, int]:
        """Return the equations that tell a determined cell, with how often each is added."""
        left = {cell: 1}
        ahead = [self._at[cell]] if cell in self._at else []
        seen = {*ahead}
        heapify(ahead)
        while ahead:
            number = heappop(ahead)
            pivot, row = self._rows[number]
            if pivot in left:
                left = _minus(left, row, left[pivot] * pow(row[pivot], -1, PRIME))
                for new in {self._at[each] for each in row if each in self._at} - seen:
                    seen.add(new)
                    heappush(ahead, new)
        return {_marker(each): value for each, value in left.items() if each < 0}


def without(solutions: Sequence[Solution], cell: int) -> list[Solution]:
    """Return solutions of the system in which a cell is known too: one less."""
    last = next(n for n in reversed(range(len(solutions))) if solutions[n][cell])
    taken = solutions[last]
    inverse = pow(taken[cell], -1, PRIME)
    return [
        each if not each[cell] else _less(each, taken, each[cell] * inverse % PRIME)
        for number, each in enumerate(solutions)
        if number != last
    ]


def _less(one: Solution, other: Solution, times: int) -> Solution:
    return {cell: (value - times * other[cell]) % PRIME for cell, value in one.items()}


def _marker(number: int) -> int:
    """Return the marker of an equation, or the equation of a marker."""
    return -1 - number


def _numbers(seed: int) -> Iterator[int]:
    """Yield numbers that have nothing to do with each other: the same ones every time."""
    state = seed
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 128)
        yield 1 + (state >> 64) * (state % (1 << 61)) % (PRIME - 1)


def _alone(equations: list[Row]) -> Iterator[tuple[int, Row]]:
    """Yield equations with an unknown of each that none of the later ones has.

    First as they are, as long as there is one; what is left is eliminated.
    """
    of_cell: dict[int, set[int]] = defaultdict(set)
    for number, equation in enumerate(equations):
        for cell in _unknowns(equation):
            of_cell[cell].add(number)
    left = set(range(len(equations)))
    ahead = [cell for cell, numbers in of_cell.items() if len(numbers) == 1]
    while ahead:
        pivot = ahead.pop()
        for number in [*of_cell[pivot]]:
            yield pivot, equations[number]
            left.remove(number)
            for cell in _unknowns(equations[number]):
                of_cell[cell].discard(number)
                if len(of_cell[cell]) == 1:
                    ahead.append(cell)
    yield from _echelon(equations[number] for number in sorted(left))


def _echelon(equations: Iterable[Row]) -> Iterator[tuple[int, Row]]:
    """Yield equations that say the same, with an unknown of each that no later one has."""
    short_first = sorted(equations, key=len)
    frequent = Counter(cell for equation in short_first for cell in equation)
    rows: dict[int, Row] = {}
    for equation in short_first:
        row = {cell: value % PRIME for cell, value in equation.items()}
        ahead = [cell for cell in row if cell in rows]
        while ahead:
            pivot = ahead.pop()
            if pivot in row:
                row = _minus(row, rows[pivot], row[pivot])
                ahead += [cell for cell in rows[pivot] if cell in rows and cell in row]
        if unknowns := _unknowns(row):
            pivot = min(unknowns, key=lambda cell: frequent[cell])
            inverse = pow(row[pivot], -1, PRIME)
            rows[pivot] = {cell: value * inverse % PRIME for cell, value in row.items()}
    yield from rows.items()


def _unknowns(row: Row) -> list[int]:
    return [cell for cell in row if cell >= 0]


def _minus(row: Row, other: Row, times: int) -> Row:
    found = dict(row)
    for cell, value in other.items():
        left = (found.get(cell, 0) - times * value) % PRIME
        if left:
            found[cell] = left
        else:
            found.pop(cell, None)
    return found
