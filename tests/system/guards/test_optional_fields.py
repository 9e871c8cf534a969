"""Values that only some countries send: from the first run after the country file asks for them."""

from collections.abc import Iterator

import pytest

from tests.support.scheme.comparisons import assert_acknowledged_is_held
from tests.support.scheme.contents import tracker
from tests.system.guards.guarded import GuardedScheme
from transforms.core.fields import Treatment
from transforms.model.chosen_resources import is_of_asked
from transforms.model.resources import EVENT_RESOURCES
from transforms.model.tables.option_sets import CARE_TYPE, REJECTION_REASON

OPTIONAL = {
    field.uid: field.name
    for each in EVENT_RESOURCES
    for field in each.fields
    if field.optional and not is_of_asked(field)
}
NAMED = [
    field.name
    for each in EVENT_RESOURCES
    for field in each.fields
    if field.optional and field.follows is None and not is_of_asked(field)
]
OF_EVERY_OPENIMIS = {"Rejection reason", "Rejection reason - Service", "Rejection reason - Item"}
"""The other columns came with later releases than the one that this scheme has."""


@pytest.fixture
def silent(scheme: GuardedScheme) -> Iterator[GuardedScheme]:
    """The scheme after two loads, whose country file asks for nothing."""
    yield scheme
    scheme.privacy = {}


def sent(scheme: GuardedScheme) -> set[str]:
    """Return the optional fields of which DHIS2 has a value."""
    events = tracker(scheme.sandbox)["events"].values()
    return {OPTIONAL[uid] for event in events for uid in event["dataValues"] if uid in OPTIONAL}


def option_sets(scheme: GuardedScheme) -> set[str]:
    """Return the option sets of optional fields that have options in DHIS2."""
    options = scheme.sandbox.metadata("options").values()
    return {option["optionSet"]["id"] for option in options} & {CARE_TYPE.uid, REJECTION_REASON.uid}


@pytest.mark.longer
def test_what_the_country_file_asks_for_is_sent_by_the_next_run_and_emptied_when_it_asks_no_more(
    silent: GuardedScheme,
) -> None:
    assert (sent(silent), option_sets(silent)) == (set(), set())

    silent.privacy = dict.fromkeys(NAMED, Treatment.SEND)
    silent.bring("asking")
    assert sent(silent) == OF_EVERY_OPENIMIS
    assert option_sets(silent) == {CARE_TYPE.uid, REJECTION_REASON.uid}
    assert_acknowledged_is_held(silent)

    silent.privacy = {}
    silent.bring("silent-again")
    assert sent(silent) == set()
    assert_acknowledged_is_held(silent)
