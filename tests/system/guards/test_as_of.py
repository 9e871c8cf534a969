"""DHIS2 says of when openIMIS is that it has; it is the one thing that a quiet night writes."""

from collections.abc import Iterator
from typing import Any

import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.steps.target.as_of import ENTRY
from tests.system.guards.guarded import GuardedScheme
from transforms.model.resources import Scope

CLERK = ("clerk", "Clerk-123")


@pytest.fixture
def clerk(scheme: GuardedScheme) -> Iterator[Dhis2]:
    """A user of DHIS2 without any authority."""
    with scheme.sandbox.state.lock:
        scheme.sandbox.state.add_user(*CLERK, uid="ClerkUserAA", roles=[])
        scheme.sandbox.state.metadata_changed()
    with scheme.job("any").client_of(CLERK) as client:
        yield client


def requests_that_write(scheme: GuardedScheme, since: int) -> list[tuple[str, str]]:
    rows = scheme.sandbox.requests[since:]
    return [(row["method"], row["path"]) for row in rows if row["method"] != "GET"]


def read_by(clerk: Dhis2) -> Any:
    return clerk.exchange("GET", ENTRY).body


def test_any_user_of_dhis2_may_read_of_when_openimis_is_that_it_has(
    scheme: GuardedScheme, clerk: Dhis2
) -> None:
    scheme.next_day(seed=2)
    scheme.bring("changes")

    assert read_by(clerk) == {"as_of": f"{scheme.day} 12:00:00", "run": "changes"}


def test_a_quiet_night_writes_that_and_nothing_else(scheme: GuardedScheme, clerk: Dhis2) -> None:
    scheme.bring("before")
    before = len(scheme.sandbox.requests)

    scheme.bring("nothing-new")

    assert requests_that_write(scheme, before) == [("PUT", ENTRY)]
    assert read_by(clerk)["run"] == "nothing-new"


def test_a_load_of_a_part_makes_nothing_fresher(scheme: GuardedScheme, clerk: Dhis2) -> None:
    scheme.bring("before")
    scheme.next_day(seed=2)

    scheme.bring("a-part", scopes=(Scope.CLAIM,))

    assert read_by(clerk)["run"] == "before"


def test_only_daily_loads_may_change_it(scheme: GuardedScheme, clerk: Dhis2) -> None:
    scheme.bring("before")

    assert clerk.exchange("PUT", ENTRY, body={"as_of": "2099-01-01"}).status == 403
    assert clerk.exchange("DELETE", ENTRY).status == 403


def test_an_entry_that_could_not_be_closed_is_closed_by_the_next_load(
    scheme: GuardedScheme, clerk: Dhis2
) -> None:
    with scheme.sandbox.state.lock:
        scheme.sandbox.state.data_store.pop("openimis-as-of", None)
    scheme.sandbox.cues.add(path="^/api/sharing", method="PUT", status=403)
    scheme.bring("before")
    assert clerk.exchange("PUT", ENTRY, body={"as_of": "2099-01-01"}).ok
    scheme.sandbox.cues.clear()

    scheme.bring("after")

    assert clerk.exchange("PUT", ENTRY, body={"as_of": "2099-01-01"}).status == 403
    assert read_by(clerk)["run"] == "after"


def test_what_another_user_has_put_there_before_us_stops_no_load(
    scheme: GuardedScheme, clerk: Dhis2
) -> None:
    with scheme.sandbox.state.lock:
        scheme.sandbox.state.data_store.pop("openimis-as-of", None)
    assert clerk.exchange("POST", ENTRY, body={"as_of": "never"}).status == 201
    scheme.sandbox.cues.add(path=f"^{ENTRY}$", method="PUT", status=403)

    scheme.next_day(seed=2)
    scheme.bring("changes")

    assert scheme.current.last_run == "changes"
    assert read_by(clerk) == {"as_of": "never"}
