"""A run that sends figures is killed (SIGKILL); after the next one DHIS2 holds what it should."""

import pytest

from tests.support.scheme import Scheme
from tests.system.aggregates.figures_scheme import Value, stored
from tests.system.aggregates.test_data_values import claims, end_claims, entered
from tests.system.aggregates.test_read_back import look
from tests.system.crashes.driver import KILLED, bring_in_a_process
from tests.system.crashes.points import Point

AFTER_THE_REQUEST = "after request: bundle of 9-values"
POINTS = (
    AFTER_THE_REQUEST,
    "after desired",
    "before 8-delete-values sent",
    "after request: bundle of 8-delete-values",
    "before 8-delete-values receipt",
    "after 9-values sent",
    "before 9-values receipt",
    "before acknowledged",
    "before current.json",
    "after current.json",
)
MARKS = {AFTER_THE_REQUEST: ()}


def change(scheme: Scheme) -> None:
    """Let openIMIS have other claims, and the country file send one figure less."""
    end_claims(scheme, '"ClaimID" % 2 = 0')
    scheme.country = scheme.country.replace('"insured", "claims", "claimed_amount"', '"claims"')


@pytest.fixture
def expected(scheme: Scheme) -> dict[Value, str]:
    """What DHIS2 holds after an undisturbed run; everything is put back."""
    moment, country = scheme.moment(), scheme.country
    values = dict(scheme.sandbox.state.data_values)
    change(scheme)
    scheme.bring("undisturbed")
    found = stored(scheme.sandbox)
    scheme.back_to(moment)
    scheme.country, scheme.sandbox.state.data_values = country, values
    return found


@pytest.mark.parametrize(
    "kind", [pytest.param(each, marks=MARKS.get(each, pytest.mark.longer)) for each in POINTS]
)
def test_a_run_that_is_killed_while_it_sends_figures_leaves_no_trace(
    scheme: Scheme, expected: dict[Value, str], kind: str
) -> None:
    change(scheme)

    assert bring_in_a_process(scheme.job("killed"), Point(kind, 1)) == KILLED
    scheme.bring("next")

    assert stored(scheme.sandbox) == expected
    assert entered(scheme) == claims(scheme) != {}
    scheme.bring("the-night-after")  # sends once more what a late request may still change
    assert stored(scheme.sandbox) == expected
    assert look(scheme, "look").to_dicts() == []
    before = scheme.writes()
    scheme.bring("a-quiet-night")
    assert scheme.writes() == before
