"""Which further cells are kept back, so that no small cell follows from what is sent.

A small cell that is left out of a sum follows from the rest of it, if the sum is sent too. So for
the equations of `relations.py` we ask which cells all of them together give away, and by which of
them. Of what is added up there, one more cell is kept back: one that hides several small ones, that
does not have to be hidden itself by a third, and the smallest. One of a closed period, which DHIS2
has already, hides nothing: it is never chosen. That is done until no small cell is given away, or
what DHIS2 has already does so by itself. Then each that is not needed is sent after all, the
largest first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl

from transforms.aggregates.solutions import PRIME, Solution, Solutions, without

Cost = tuple[bool, float]
"""Whether DHIS2 has the cell already, where it stays; and its value."""
_AT_ONCE = 24
"""So many solutions are looked at together: each cell that is sent after all takes one."""


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
    system.send_what_can_be()
    return system.withheld


class _System:
    """Equations, and which of their cells are kept back so far."""

    def __init__(self, terms: pl.DataFrame, small: set[int], costs: Sequence[Cost]) -> None:
        self.withheld = set(small)
        self._small, self._costs = small, costs
        self._equations: list[dict[int, int]] = []
        self._of_cell: dict[int, list[int]] = defaultdict(list)
        numbers: dict[str, int] = {}
        for equation, cell, sign in terms.select("equation", "cell", "sign").iter_rows():
            number = numbers.setdefault(equation, len(numbers))
            if number == len(self._equations):
                self._equations.append({})
            self._equations[number][cell] = sign
            self._of_cell[cell].append(number)
        self._ahead = set(self.withheld)

    def telling_cells(self) -> set[int]:
        """Return cells to keep back, so that what is sent gives away no small cell as it does now.

        Only where something was kept back since it was asked last.
        """
        ways: list[set[int]] = []
        for numbers in self._components(self._ahead):
            solutions = Solutions(self._unknowns_of(numbers))
            some = solutions.at_random()
            followed = sorted(each for each in some.keys() & self._small if not some[each])
            ways += [self._open(solutions.told_by(each)) for each in followed]
        self._ahead = self._chosen([each for each in ways if each])
        return self._ahead

    def send_what_can_be(self) -> None:
        """Keep back no more what hides no small cell that the others would not hide as well."""
        for numbers in self._components(self.withheld):
            cells = {each for number in numbers for each in self._equations[number]}
            ahead = sorted(
                cells & self.withheld - self._small, key=lambda each: (self._costs[each][1], each)
            )
            while ahead:
                solutions = Solutions(self._unknowns_of(numbers))
                some = [solutions.at_random(1 + n) for n in range(_AT_ONCE)]
                self._send(ahead, some)

    def _send(self, ahead: list[int], solutions: list[Solution]) -> None:
        """Take cells off the end of a list, as long as the solutions say whether one is needed.

        A small cell follows where a cell is sent if it is as many times that one in all solutions.
        """
        hidden = [
            each
            for each in solutions[0]
            if each in self._small and any(of[each] for of in solutions)
        ]
        while ahead and len(solutions) > 1:
            cell = ahead.pop()
            one, other = solutions[:2]
            if not any(each[cell] for each in solutions):
                self.withheld.discard(cell)
            elif all((one[of] * other[cell] - other[of] * one[cell]) % PRIME for of in hidden):
                self.withheld.discard(cell)
                solutions = without(solutions, cell)

    def _chosen(self, ways: Sequence[set[int]]) -> set[int]:
        """Return one of each of some sets of cells, and few in all."""
        often = Counter(cell for cells in ways for cell in cells)
        chosen: set[int] = set()
        for cells in sorted(ways, key=len):
            if cells.isdisjoint(chosen):
                chosen.add(min(cells, key=lambda each: (-often[each], *self._loss(each))))
        return chosen

    def _loss(self, cell: int) -> tuple[int, float, int]:
        """Return in how many equations it would be the only one hidden, and its value."""
        alone = sum(
            self._equations[each].keys().isdisjoint(self.withheld) for each in self._of_cell[cell]
        )
        return alone, self._costs[cell][1], cell

    def _open(self, told_by: Mapping[int, int]) -> set[int]:
        """Return the cells of some equations, added up, that can be kept back."""
        total: Counter[int] = Counter()
        for number, times in told_by.items():
            for cell, sign in self._equations[number].items():
                total[cell] += times * sign
        cells = {cell for cell, value in total.items() if value % PRIME} - self.withheld
        return {cell for cell in cells if not self._costs[cell][0]}

    def _components(self, cells: Iterable[int]) -> Iterator[list[int]]:
        """Yield the equations that hang together by what is kept back."""
        seen: set[int] = set()
        for start in sorted(cells):
            found: list[int] = []
            ahead = [start]
            while ahead:
                new = [each for each in self._of_cell.get(ahead.pop(), ()) if each not in seen]
                seen.update(new)
                found += new
                ahead += [cell for each in new for cell in self._unknowns(each)]
            if found:
                yield found

    def _unknowns_of(self, numbers: Iterable[int]) -> dict[int, dict[int, int]]:
        return {number: self._unknowns(number) for number in numbers}

    def _unknowns(self, number: int) -> dict[int, int]:
        terms = self._equations[number]
        return {cell: sign for cell, sign in terms.items() if cell in self.withheld}
