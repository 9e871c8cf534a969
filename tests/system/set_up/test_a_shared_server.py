"""A DHIS2 that others fill: what is read of it does not grow with what others have."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import org_units_below
from flows.steps.set_up.plan_and_write import set_up
from flows.steps.target.preflight import ask_offer
from tests.support.sandbox import Sandbox
from tests.support.sandbox.org_units import store_all_paths
from tests.system.set_up.a_country import GENDERS, ROOT, a_country, changed_nothing, choices, places
from transforms.changes.sending.offer import Needs

UNITS, OTHERS = 150, 6
KINDS = {
    "programs": "P", "trackedEntityAttributes": "A", "dataElements": "E", "optionSets": "S",
    "options": "O", "indicators": "I", "programIndicators": "X", "visualizations": "V",
    "dashboards": "D", "userGroups": "G", "organisationUnitGroups": "R",
}  # fmt: skip
NEEDS = Needs(places=["VillageOneA", "VillageTwoA", "HospitalOne"])
TOLERANCE = 500
"""So many bytes more are no growth: times and counts have more digits."""


def add_others(sandbox: Sandbox, times: int) -> None:
    """Let others have org units, programs, attributes, options, charts, groups."""
    state = sandbox.state
    with state.lock:
        for number in range(UNITS * times):
            unit = named("OthersU", number) | {"openingDate": "1990-01-01T00:00:00.000"}
            state.metadata["organisationUnits"][unit["id"]] = unit | {"parent": {"id": ROOT}}
        for number in range(OTHERS * times):
            for kind, letter in KINDS.items():
                thing = named(f"Others{letter}", number)
                state.metadata[kind][thing["id"]] = thing
        store_all_paths(state)
        state.metadata_changed()


def named(prefix: str, number: int) -> dict[str, Any]:
    name = f"{prefix}{number:0{11 - len(prefix)}d}"
    return {"id": name, "name": name, "shortName": name}


def read_by(sandbox: Sandbox, do: Callable[[], object]) -> tuple[Counter[str], int]:
    """Path to the bytes that something reads, and its requests."""
    before, requests = sandbox.bytes_sent, len(sandbox.requests)
    do()
    after = Counter(sandbox.bytes_sent)
    after.subtract(before)
    return +after, len(sandbox.requests) - requests


def test_nothing_that_is_read_grows_tenfold_with_what_others_have(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    options = choices(tblGender=GENDERS)

    def work() -> None:
        done = set_up(dhis2, a_country(), options, places())
        assert changed_nothing(done)
        offer = ask_offer(dhis2, dhis2.system_info(), NEEDS)
        assert set(offer.lines) == set(NEEDS.places)
        assert len(org_units_below(dhis2, ROOT, set(NEEDS.places))) == len(NEEDS.places)

    set_up(dhis2, a_country(), options, places())
    add_others(sandbox, 1)
    small, few = read_by(sandbox, work)
    add_others(sandbox, 10)
    large, many = read_by(sandbox, work)

    grown = {path: (small[path], count) for path, count in large.items()
             if count > small[path] + TOLERANCE}  # fmt: skip
    assert grown == {}
    assert many == few


@pytest.mark.large
def test_fifteen_thousand_org_units_of_others_are_not_read(sandbox: Sandbox, dhis2: Dhis2) -> None:
    set_up(dhis2, a_country(), choices(tblGender=GENDERS), places())
    add_others(sandbox, 100)

    read, _ = read_by(sandbox, lambda: ask_offer(dhis2, dhis2.system_info(), NEEDS))

    assert sum(read.values()) < 20_000
