"""Which figures say something of one another.

Also where a sum is the same only in some countries (people by product and people, where nobody has
two products), or where a figure misses those whose home is not known: whoever looks for a small cell
tries it.
"""

from transforms.aggregates.relations import DISTRICT, PLACE, Balance, Relation, Summands

_ENTERED = {"claim_status": ("entered",)}
_REJECTED = {"claim_status": ("rejected",)}
_VALUATED = {"claim_status": ("valuated",)}


def _same(left: str, right: str, *by: str, place: str = PLACE) -> Relation:
    return Relation((Summands(left),), (Summands(right),), by, place)


RELATIONS: tuple[Relation, ...] = (
    _same("claims", "claims_by_visit", "claim_status"),
    _same("claimed_amount", "claimed_amount_by_visit", "claim_status"),
    _same("remunerated_amount", "remunerated_amount_by_visit"),
    _same("insured", "insured_people", "sex", "age_band"),
    _same("contributions", "contributions_by_payer"),
    Relation((Summands("claims", _REJECTED),), (Summands("rejected_by_reason"),), (), PLACE),
    Relation(
        (Summands("claims_by_visit", _REJECTED),), (Summands("rejected_by_reason"),), (), PLACE
    ),
    Relation(
        (Summands("covers_due"),),
        (Summands("covers_renewed"), Summands("covers_dropped")),
        ("product", "sex", "poverty"),
        DISTRICT,
    ),
    # From one last day to the next, the claims grow by those entered, and those of a status that
    # none leaves by those that came into it.
    *(
        Relation((Summands("claims_at_end", only),), (before, Summands(flow, came)), (), PLACE)
        for flow in ("claims", "claims_by_visit")
        for only, came in ((_REJECTED, _REJECTED), (_VALUATED, _VALUATED), ({}, _ENTERED))
        for before in [Summands("claims_at_end", only, is_before=True)]
    ),
)
"""Sums of a place, or of a district."""

BALANCES: tuple[Balance, ...] = (
    Balance("home_claims", (Summands("claims", _ENTERED), Summands("claims_by_visit", _ENTERED))),
    Balance(
        "home_claimed_amount",
        (Summands("claimed_amount", _ENTERED), Summands("claimed_amount_by_visit", _ENTERED)),
    ),
    Balance("home_reimbursed", (Summands("reimbursed"),)),
    Balance(
        "home_remunerated_amount",
        (Summands("remunerated_amount"), Summands("remunerated_amount_by_visit")),
    ),
)
"""Sums of the whole country: by home and by facility they are the same."""
