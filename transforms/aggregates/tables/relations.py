"""Which figures say something of one another.

Also where a sum is the same only in some countries (people by product and people, where nobody has
two products), or where a figure misses those whose home is not known: whoever looks for a small cell
tries it. What is the same by chance, or by habit (a claim is approved as it is claimed), is looked at
where it is so.
"""

from dataclasses import replace
from itertools import combinations
from typing import Final

from transforms.aggregates.relations import (
    COUNTRY,
    DISTRICT,
    PLACE,
    Journeys,
    Relation,
    Summands,
)

_PLACES: Final = (PLACE, DISTRICT, COUNTRY)
_Only = dict[str, tuple[str, ...]]
_STATUS: Final = "claim_status"
_VISIT: Final = ("visit_type", "care_type")
_AMOUNTS: Final = ("approved_amount", "valuated_amount", "remunerated_amount")


def _is(status: str) -> _Only:
    return {_STATUS: (status,)}


def _same(left: str | Summands, right: str | Summands, *by: str, place: str = PLACE) -> Relation:
    one, other = (Summands(each) if isinstance(each, str) else each for each in (left, right))
    return Relation((one,), (other,), by, place)


def _often(left: str | Summands, right: str | Summands, *by: str, place: str = PLACE) -> Relation:
    found = _same(left, right, *by, place=place)
    return Relation(found.left, found.right, by, place, by_chance=True)


def _stock(
    key: str, only: _Only, came: list[Summands], went: list[Summands], *by: str, place: str = PLACE
) -> Relation:
    """What there is on a last day, and went since the one before: what there was, and came."""
    before = Summands(key, only, is_before=True)
    return Relation((Summands(key, only), *went), (before, *came), by, place)


def _grows(
    key: str, came: tuple[str, ...], went: tuple[str, ...], *by: str, place: str = PLACE
) -> Relation:
    """A stock of which the flows often say all."""
    all_who_came, all_who_went = ([Summands(each) for each in of] for of in (came, went))
    found = _stock(key, {}, all_who_came, all_who_went, *by, place=place)
    return replace(found, by_chance=True)


_OF_PEOPLE: Final = (
    _same("insured", "insured_people", "sex", "age_band"),
    Relation(
        (Summands("covers_due"),),
        (Summands("covers_renewed"), Summands("covers_dropped")),
        ("product", "sex", "poverty"),
        DISTRICT,
    ),
    # From one last day to the next; of people, where covers may be renewed until they end.
    _stock(
        "policies_in_force",
        {},
        [Summands("policies_new"), Summands("policies_renewed")],
        [Summands("policies_expired"), Summands("policies_suspended")],
        "product",
        place=DISTRICT,
    ),
    # Of people, where covers are renewed when they end, or within the period of grace.
    *(
        _grows("insured", came, (went,), "product", "sex")
        for went in ("covers_due", "covers_dropped")
        for came in (("newly_insured", "renewed"), ("newly_insured",))
    ),
    *(
        _grows("insured_people", came, (went,), *by)
        for went in ("covers_due", "covers_dropped")
        for came, by in (
            (("newly_insured", "renewed"), ("sex",)),
            (("newly_insured_people", "renewed_people"), ("sex", "poverty")),
            (("newly_insured_people",), ("sex", "poverty")),
        )
    ),
    _grows(
        "policies_in_force", ("policies_new", "policies_renewed"), ("policies_expired",), "product"
    ),
    # Nobody has two policies of one month.
    _often("newly_insured", "newly_insured_people", "sex", "age_band"),
    _often("renewed", "renewed_people", "sex", "age_band"),
    _often("newly_insured_people", "policies_new"),
    _often("renewed_people", "policies_renewed"),
    # Where all who are known are insured, all heads are, or everybody has a policy of his own.
    _often("insured_people", "enrolled", "sex", "age_band", "poverty"),
    _often("households_insured", "households", "poverty"),
    _often("households_insured", "policies_in_force"),
    _often("households_insured", "insured_people", "sex", "poverty"),
    _often("insured", "policies_in_force", "product"),
    _often("newly_insured", "policies_new", "product"),
    _often("renewed", "policies_renewed", "product"),
    _often("covers_due", "policies_expired", "product"),
    # A household has one policy.
    _often("households_insured_by_product", "households_insured"),
    _often("households_insured_by_product", "policies_in_force", "product"),
    _often("households_insured_by_product", "insured", "product"),
)
_OF_CLAIMS: Final = (
    _same("claims", "claims_by_visit", _STATUS),
    _same("claimed_amount", "claimed_amount_by_visit", _STATUS),
    *(
        _same(each, f"{each}_by_visit")
        for each in ("approved_amount", "valuated_amount", "remunerated_amount")
    ),
    _same(Summands("claims", _is("rejected")), "rejected_by_reason"),
    _same(Summands("claims_by_visit", _is("rejected")), "rejected_by_reason"),
    # The batch run that pays claims valuates them.
    _same(Summands("claims", _is("valuated")), "claims_paid", "product"),
    # From one last day to the next, the claims grow by those entered, and those of a status that
    # none leaves by those that came into it. Claims are rejected when they are entered.
    *(
        _stock(
            "claims_at_end",
            only,
            [Summands(flow, _is(came))],
            [Summands(flow, _is(went))] if went else [],
        )
        for flow in ("claims", "claims_by_visit")
        for only, came, went in (
            (_is("rejected"), "rejected", None),
            (_is("valuated"), "valuated", None),
            (_is("checked"), "checked", "processed"),
            (_is("processed"), "processed", "valuated"),
            (_Only(), "entered", None),
        )
    ),
    _often(Summands("claims", _is("valuated")), "reimbursed", "product"),
    _often(Summands("claimed_amount", _is("valuated")), "approved_amount", "product"),
    _often(
        Summands("claimed_amount_by_visit", _is("valuated")),
        "approved_amount_by_visit",
        *_VISIT,
    ),
    # Two by two: where the third is another amount, these may be the same.
    *(
        relation
        for one, other in combinations(_AMOUNTS, 2)
        for relation in (
            _often(one, other, "product"),
            _often(f"{one}_by_visit", f"{other}_by_visit", *_VISIT),
        )
    ),
    _often(Summands("claims", _is("entered")), "claims_of_care", "product"),
    _often(Summands("claims", _is("rejected")), "rejected_of_care", "product"),
    _often("remunerated_amount", "remunerated_of_care", "product"),
    _often(Summands("claims", _is("entered")), "claimants"),
    _often("group_lines", "group_people", "code_group"),
    Relation(
        (Summands("services_amount"), Summands("items_amount")),
        (Summands("claimed_amount", _is("entered")),),
        (),
        PLACE,
        by_chance=True,
    ),
)
_OF_MONEY: Final = (
    _same("contributions", "contributions_by_payer"),
    _often("contributions_earned", "contributions_allocated", "product"),
    _often("contributions", "contributions_not_allocated", "product"),
)
# By home and by facility, sums over the country are the same, where everybody's home is known; and
# those of a district, where nobody goes elsewhere. Of what people get elsewhere, see `JOURNEYS`.
_BY_FACILITY: Final = (
    ("home_claims", "claims", _is("entered")),
    ("home_claims", "claims_by_visit", _is("entered")),
    ("home_claimed_amount", "claimed_amount", _is("entered")),
    ("home_claimed_amount", "claimed_amount_by_visit", _is("entered")),
    ("home_reimbursed", "reimbursed", _Only()),
    ("home_remunerated_amount", "remunerated_amount", _Only()),
    ("home_remunerated_amount", "remunerated_amount_by_visit", _Only()),
)
_OF_HOMES: Final = (
    *(_same(home, Summands(key, only), place=COUNTRY) for home, key, only in _BY_FACILITY),
    *(_often(home, Summands(key, only), place=DISTRICT) for home, key, only in _BY_FACILITY),
    _often("home_claims", "households_with_claims"),
    # All are treated elsewhere.
    _often("home_reimbursed", "elsewhere_reimbursed"),
    _often("home_remunerated_amount", "elsewhere_remunerated_amount"),
)


def _each_way(of: Relation) -> list[Relation]:
    """What is the same by chance may be so of the whole where it is not of all parts."""
    if not of.by_chance:
        return [of]
    divisions = [by for count in range(len(of.by) + 1) for by in combinations(of.by, count)]
    places = _PLACES[_PLACES.index(of.place) :]
    return [replace(of, by=by, place=at) for by in divisions for at in places]


RELATIONS: Final[tuple[Relation, ...]] = tuple(
    relation
    for each in (*_OF_PEOPLE, *_OF_CLAIMS, *_OF_MONEY, *_OF_HOMES)
    for relation in _each_way(each)
)

JOURNEYS: Final = (
    Journeys("home_reimbursed", "elsewhere_reimbursed", "reimbursed"),
    Journeys("home_remunerated_amount", "elsewhere_remunerated_amount", "remunerated_amount"),
)
