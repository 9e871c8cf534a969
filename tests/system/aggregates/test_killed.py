"""A run that sends figures is killed (SIGKILL); after the next one DHIS2 holds what it should."""

import pytest

from tests.support.scheme import Scheme
from tests.system.aggregates.figures_scheme import Value, put_back, stored
from tests.system.aggregates.test_data_values import claims, end_claims, entered
from tests.system.aggregates.test_read_back import look
from tests.system.crashes.driver import KILLED, bring_in_a_process
from tests.system.crashes.points import Point

AFTER_THE_REQUEST = "after request: bundle of 9-values"
OTHERS = (
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


def change(scheme: Scheme) -> None:
    """Let openIMIS have other claims, and the country file send one figure less."""
    end_claims(scheme, '"ClaimID" % 2 = 0')
    scheme.country = scheme.country.replace('"insured", "claims", "claimed_amount"', '"claims"')


@pytest.fixture(scope="module")
def expected(loaded: Scheme) -> dict[Value, str]:
    """What DHIS2 holds after an undisturbed run."""
    with put_back(loaded):
        change(loaded)
        loaded.bring("undisturbed")
        return stored(loaded.sandbox)


@pytest.mark.longer
@pytest.mark.parametrize(
    "kind",
    [AFTER_THE_REQUEST, *(pytest.param(each, marks=pytest.mark.longer) for each in OTHERS)],
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
