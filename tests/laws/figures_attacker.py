"""Somebody who has all that DHIS2 gets of figures, and solves it for what is not there.

He has read what each figure says (`docs/reference/operational-indicators.md`) and none of our code.
He writes down every sum that he can think of, also those that hold in some countries and months
only, by each division that the figures share, of facilities, districts and the country, and solves
all of them at once. He is lucky: a sum that does not hold never misleads him, he leaves it out. And
he knows what is 0 from what is kept back.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import polars as pl

PRIME = (1 << 31) - 1

FACILITY, DISTRICT, COUNTRY = "place", "district", "country"

Unknown = Hashable
Equation = dict[Unknown, int]
Totals = tuple[dict[str, Decimal], dict[str, Equation]]
"""District to its total, and to the cells of it that are hidden."""


@dataclass(frozen=True)
class Term:
    """Values of a figure that are added up, or taken off.

    Attributes:
        figure: Its key.
        sign: 1 or -1.
        status: Of claims, the one status that counts.
        before: Whether they are those of the period before.
    """

    figure: str
    sign: int = 1
    status: str | None = None
    before: bool = False


@dataclass(frozen=True)
class Sum:
    """Terms that are nothing together.

    Attributes:
        terms: Which.
        by: Categories that all terms share.
        places: Of what such sums can be made.
    """

    terms: tuple[Term, ...]
    by: tuple[str, ...] = ()
    places: tuple[str, ...] = (FACILITY, DISTRICT, COUNTRY)

    def divisions(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield where, and by what, the finest first: what holds of all need not hold of parts."""
        for count in range(len(self.by), -1, -1):
            for by in combinations(self.by, count):
                for place in self.places:
                    yield place, by


def same(one: str, other: str, *by: str, of: str | None = None, to: str | None = None) -> Sum:
    """Two figures that say the same; `of` and `to` are statuses of claims."""
    return Sum((Term(one, 1, of), Term(other, -1, to)), by)


def stock(key: str, come: Sequence[Term], *by: str, status: str | None = None) -> Sum:
    """What there is on a last day is what there was on the one before, and what came and went."""
    return Sum((Term(key, -1, status), Term(key, 1, status, before=True), *come), by)


_PEOPLE = (
    same("insured", "insured_people", "sex", "age_band"),
    same("insured_people", "enrolled", "sex", "age_band", "poverty"),
    same("insured_people", "households_insured", "sex", "poverty"),
    same("households", "households_insured", "poverty"),
    same("policies_in_force", "households_insured"),
    same("policies_in_force", "insured", "product"),
    same("households_insured_by_product", "households_insured"),
    same("households_insured_by_product", "policies_in_force", "product"),
    same("households_insured_by_product", "insured", "product"),
    same("newly_insured", "newly_insured_people", "sex", "age_band"),
    same("renewed", "renewed_people", "sex", "age_band"),
    same("policies_new", "newly_insured_people"),
    same("policies_renewed", "renewed_people"),
    same("policies_new", "newly_insured", "product"),
    same("policies_renewed", "renewed", "product"),
    same("policies_expired", "covers_due", "product"),
    Sum(
        (Term("covers_due"), Term("covers_renewed", -1), Term("covers_dropped", -1)),
        ("product", "sex", "poverty"),
    ),
    *(
        stock("insured", (Term("newly_insured"), Term("renewed"), Term(went, -1)), "product", "sex")
        for went in ("covers_due", "covers_dropped")
    ),
    stock("insured", (Term("newly_insured"), Term("covers_dropped", -1)), "product", "sex"),
    *(
        stock("insured_people", (Term("newly_insured"), Term("renewed"), Term(went, -1)), "sex")
        for went in ("covers_due", "covers_dropped")
    ),
    *(
        stock(
            "insured_people",
            (*(Term(f"{came}_people") for came in all_who_came), Term(went, -1)),
            "sex",
            "poverty",
        )
        for all_who_came in (("newly_insured", "renewed"), ("newly_insured",))
        for went in ("covers_due", "covers_dropped")
    ),
    stock(
        "policies_in_force",
        (
            Term("policies_new"),
            Term("policies_renewed"),
            Term("policies_expired", -1),
            Term("policies_suspended", -1),
        ),
        "product",
    ),
    stock(
        "policies_in_force",
        (Term("policies_new"), Term("policies_renewed"), Term("policies_expired", -1)),
        "product",
    ),
)
_STEPS = ("entered", "checked", "processed", "valuated")
_CLAIMS = (
    same("claims", "claims_by_visit", "claim_status"),
    same("claimed_amount", "claimed_amount_by_visit", "claim_status"),
    same("remunerated_amount", "remunerated_amount_by_visit"),
    same("claims", "reimbursed", "product", of="valuated"),
    same("claims", "claims_paid", "product", of="valuated"),
    same("claims_by_visit", "reimbursed", of="valuated"),
    same("claims_by_visit", "claims_paid", of="valuated"),
    same("claimed_amount", "approved_amount", "product", of="valuated"),
    same(
        "claimed_amount_by_visit",
        "approved_amount_by_visit",
        "visit_type",
        "care_type",
        of="valuated",
    ),
    same("claimed_amount", "approved_amount_by_visit", of="valuated"),
    same("claimed_amount_by_visit", "approved_amount", of="valuated"),
    *(
        each
        for one, other in combinations(("approved", "valuated", "remunerated"), 2)
        for each in (
            same(f"{one}_amount", f"{other}_amount", "product"),
            same(f"{one}_amount_by_visit", f"{other}_amount_by_visit", "visit_type", "care_type"),
            same(f"{one}_amount", f"{other}_amount_by_visit"),
            same(f"{one}_amount_by_visit", f"{other}_amount"),
        )
    ),
    same("approved_amount", "approved_amount_by_visit"),
    same("valuated_amount", "valuated_amount_by_visit"),
    same("claims", "claims_of_care", "product", of="entered"),
    same("claims_by_visit", "claims_of_care", of="entered"),
    same("claims", "rejected_of_care", "product", of="rejected"),
    same("rejected_by_reason", "rejected_of_care"),
    same("remunerated_of_care", "remunerated_amount", "product"),
    same("claims", "claimants", of="entered"),
    same("claims", "rejected_by_reason", of="rejected"),
    same("claims_by_visit", "rejected_by_reason", of="rejected"),
    same("feedbacks_asked", "feedbacks_answered"),
    same("feedbacks_answered", "feedbacks"),
)
_AT_END = tuple(
    stock("claims_at_end", come, status=status)
    for key in ("claims", "claims_by_visit")
    for status, come in (
        (None, (Term(key, 1, "entered"),)),
        ("rejected", (Term(key, 1, "rejected"),)),
        ("valuated", (Term(key, 1, "valuated"),)),
        *(
            (one, (Term(key, 1, one), Term(key, -1, next_), *left))
            for one, next_ in pairwise(_STEPS)
            for left in ((), (Term(key, -1, "rejected"),))
        ),
    )
)
_LINES = (
    same("services", "services_quantity"),
    same("items", "items_quantity"),
    *(
        Sum((Term("services_amount"), Term("items_amount"), Term(key, -1, "entered")))
        for key in ("claimed_amount", "claimed_amount_by_visit")
    ),
    same("group_lines", "group_quantity", "code_group"),
    same("group_lines", "group_people", "code_group"),
    *(
        Sum((Term(f"group_{what}", -1), *(Term(key) for key in keys)))
        for what, of in {
            "lines": ("services", "items"),
            "quantity": ("services_quantity", "items_quantity"),
            "amount": ("services_amount", "items_amount"),
        }.items()
        for keys in (of, of[:1], of[1:])
    ),
)
_HOMES = (
    *(
        Sum((Term(home), Term(key, -1, status)), (), (DISTRICT, COUNTRY))
        for home, keys, status in (
            ("home_claims", ("claims", "claims_by_visit"), "entered"),
            ("home_claimed_amount", ("claimed_amount", "claimed_amount_by_visit"), "entered"),
            ("home_reimbursed", ("reimbursed",), None),
            (
                "home_remunerated_amount",
                ("remunerated_amount", "remunerated_amount_by_visit"),
                None,
            ),
        )
        for key in keys
    ),
    same("home_claims", "households_with_claims"),
    same("home_reimbursed", "elsewhere_reimbursed"),
    same("home_remunerated_amount", "elsewhere_remunerated_amount"),
)
_MONEY = (
    same("contributions", "contributions_by_payer"),
    same("contributions", "contributions_not_allocated", "product"),
    same("contributions_earned", "contributions_allocated", "product"),
)
SUMS = (*_PEOPLE, *_CLAIMS, *_AT_END, *_LINES, *_HOMES, *_MONEY)
JOURNEYS = (
    ("reimbursed", "home_reimbursed", "elsewhere_reimbursed"),
    ("remunerated_amount", "home_remunerated_amount", "elsewhere_remunerated_amount"),
    ("remunerated_amount_by_visit", "home_remunerated_amount", "elsewhere_remunerated_amount"),
)
"""At facilities; by home; of these, at facilities of another district."""


@dataclass
class Attacker:
    """What he knows of some periods that follow each other.

    Attributes:
        cells: All values that are not 0: cell, figure, period, place, district, a column a
            category, value, and `hidden`: DHIS2 does not have it. He looks at values of hidden ones
            only to leave out sums that do not hold.
    """

    cells: pl.DataFrame

    def __post_init__(self) -> None:
        """Number the periods: each follows the one before."""
        periods = {each: n for n, each in enumerate(sorted(self.cells["period"].unique()))}
        self._last = len(periods) - 1
        self._of: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.cells.iter_rows(named=True):
            self._of[row["figure"]].append(row | {"at": periods[row["period"]], COUNTRY: "all"})

    def finds(self) -> set[int]:
        """Return the hidden cells that he finds out."""
        equations = [*self._sums(), *self._journeys()]
        return {each for each in determined(equations) if isinstance(each, int)}

    def _sums(self) -> Iterator[Equation]:
        for each in SUMS:
            yield from self._holding(each)

    def _holding(self, of: Sum) -> Iterator[Equation]:
        """Yield the sums that hold; one whose parts do as well says nothing more."""
        terms = [*self._terms(of)]
        finest = next(of.divisions())
        failing: set[Any] = set()
        for division in of.divisions():
            groups: dict[Any, list[tuple[dict[str, Any], int, Any]]] = defaultdict(list)
            for row, sign, at in terms:
                place, by = division
                groups[at, row[place], *(row[key] for key in by)].append((row, sign, at))
            for parts in groups.values():
                holds = not sum(row["value"] * sign for row, sign, _ in parts)
                named = {_name(part, finest) for part in parts}
                if division == finest:
                    failing |= set() if holds else named
                if holds and (division == finest or named & failing):
                    yield {row["cell"]: sign for row, sign, _ in parts if row["hidden"]}

    def _terms(self, of: Sum) -> Iterator[tuple[dict[str, Any], int, int]]:
        looks_back = any(term.before for term in of.terms)
        for term in of.terms:
            for row in self._of[term.figure]:
                at = row["at"] + int(term.before)
                if (not looks_back or 1 <= at <= self._last) and (
                    term.status in (None, row["claim_status"])
                ):
                    yield row, term.sign, at

    def _journeys(self) -> Iterator[Equation]:
        """Yield what home, elsewhere and facilities say of who goes from where to where.

        Of these numbers he knows only that they add up; none is a cell.
        """
        for number, keys in enumerate(JOURNEYS):
            for at in range(self._last + 1):
                here, home, away = (self._totals(key, at) for key in keys)
                if sum(here[0].values()) != sum(home[0].values()):
                    continue  # somebody's home is not known
                yield from _of_districts((number, at), here, home, away)

    def _totals(self, key: str, at: int) -> Totals:
        """Return district to its total, and to the cells of it that are hidden."""
        totals: dict[str, Decimal] = defaultdict(Decimal)
        hidden: dict[str, Equation] = defaultdict(dict)
        for row in self._of[key]:
            if row["at"] == at:
                totals[row[DISTRICT]] += row["value"]
                if row["hidden"]:
                    hidden[row[DISTRICT]][row["cell"]] = 1
        return totals, hidden


def _name(part: tuple[dict[str, Any], int, int], division: tuple[str, tuple[str, ...]]) -> Any:
    row, _, at = part
    return (at, row[division[0]], *(row[key] for key in division[1]))


def _of_districts(
    name: Hashable,
    here: Totals,
    home: Totals,
    away: Totals,
) -> Iterator[Equation]:
    districts = sorted({*here[0], *home[0]}, key=str)
    leave = [each for each in districts if away[0].get(each)]
    for one in districts:
        yield (
            {("goes", name, one, other): 1 for other in districts if one in leave and other != one}
            | dict.fromkeys(away[1].get(one, ()), -1)
        )
        yield (
            dict.fromkeys(here[1].get(one, ()), 1)
            | dict.fromkeys(home[1].get(one, ()), -1)
            | dict.fromkeys(away[1].get(one, ()), 1)
            | {("goes", name, other, one): -1 for other in leave if other != one}
            if here[0].get(one)
            else dict.fromkeys(home[1].get(one, ()), -1) | dict.fromkeys(away[1].get(one, ()), 1)
        )
        if not here[0].get(one):
            for other in leave:
                if other != one:
                    yield {("goes", name, other, one): 1}


def determined(equations: Iterable[Equation]) -> set[Unknown]:
    """Return the unknowns that are the same in all solutions.

    Numbers are whole, modulo a prime. With all that is known 0, a solution is taken at random: what
    is not determined is not 0 there.
    """
    left = {number: each for number, each in enumerate(equations) if each}
    of: dict[Unknown, set[int]] = defaultdict(set)
    for number, each in left.items():
        for unknown in each:
            of[unknown].add(number)
    loose = [*_loose(left, of)]
    chance = np.random.default_rng(0)
    found: dict[Unknown, int] = {}
    for part in _parts(left, of):
        found |= _solution([left[number] for number in part], chance)
    for one, equation in reversed(loose):
        rest = 0
        for unknown in equation.keys() - {one}:
            found.setdefault(unknown, int(chance.integers(1, PRIME)))
            rest += equation[unknown] * found[unknown]
        found[one] = -rest * pow(equation[one], -1, PRIME) % PRIME
    return {unknown for unknown, value in found.items() if not value}


def _loose(
    left: dict[int, Equation], of: Mapping[Unknown, set[int]]
) -> Iterator[tuple[Unknown, Equation]]:
    """Take out the equations that have an unknown of their own: they say nothing of others."""
    ahead = [unknown for unknown, numbers in of.items() if len(numbers) == 1]
    while ahead:
        one = ahead.pop()
        for number in tuple(of[one]):
            equation = left.pop(number)
            for unknown in equation:
                of[unknown].discard(number)
            ahead += [unknown for unknown in equation if len(of[unknown]) == 1]
            yield one, equation


def _parts(
    equations: Mapping[int, Equation], of: Mapping[Unknown, set[int]]
) -> Iterator[list[int]]:
    """Yield the equations that hang together."""
    seen: set[int] = set()
    for start in equations:
        part, ahead = [], [start]
        while ahead:
            number = ahead.pop()
            if number not in seen:
                seen.add(number)
                part.append(number)
                ahead += [other for each in equations[number] for other in of[each]]
        if part:
            yield part


def _solution(equations: Sequence[Equation], chance: np.random.Generator) -> dict[Unknown, int]:
    unknowns = [*dict.fromkeys(each for equation in equations for each in equation)]
    column = {each: n for n, each in enumerate(unknowns)}
    rows = np.zeros((len(equations), len(unknowns)), np.int64)
    for n, equation in enumerate(equations):
        for each, value in equation.items():
            rows[n, column[each]] = value % PRIME
    pivots: list[int] = []
    for at in range(len(unknowns)):
        top = len(pivots)
        below = np.flatnonzero(rows[top:, at])
        if not below.size:
            continue
        first = top + below[0]
        rows[[top, first]] = rows[[first, top]]
        rows[top, at:] = rows[top, at:] * pow(int(rows[top, at]), -1, PRIME) % PRIME
        others = top + 1 + np.flatnonzero(rows[top + 1 :, at])
        wide = at + np.flatnonzero(rows[top, at:])
        where = np.ix_(others, wide)
        rows[where] = (rows[where] - np.outer(rows[others, at], rows[top, wide]) % PRIME) % PRIME
        pivots.append(at)
    values = chance.integers(1, PRIME, len(unknowns))
    for n, at in reversed([*enumerate(pivots)]):
        wide = at + 1 + np.flatnonzero(rows[n, at + 1 :])
        values[at] = -int((rows[n, wide] * values[wide] % PRIME).sum()) % PRIME
    return {each: int(values[n]) for each, n in column.items()}
