"""A DHIS2 that others fill: what is read of it does not grow with what others have."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import sample
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.sandbox.org_units import store_all_paths
from tests.support.scheme import DAY_ONE, Scheme

UNITS, PROGRAMS = 300, 6
TOLERANCE = 2_000
"""So many bytes more are no growth: times and counts have more digits."""


def add_others(sandbox: Sandbox, times: int) -> None:
    """Let others have org units, programs, attributes, elements, options, users."""
    state = sandbox.state
    with state.lock:
        others = state.metadata
        for number in range(UNITS * times):
            unit = named("OthersU", number) | {"openingDate": "1990-01-01T00:00:00.000"}
            others["organisationUnits"][unit["id"]] = unit | {"parent": {"id": "ImspTQPwCqd"}}
        for number in range(PROGRAMS * times):
            for kind, letter in (("programs", "P"), ("trackedEntityAttributes", "A"),
                                 ("dataElements", "E"), ("optionSets", "S"), ("options", "O"),
                                 ("indicators", "I"), ("programIndicators", "X"),
                                 ("visualizations", "V"), ("dashboards", "D"),
                                 ("userGroups", "G"), ("organisationUnitGroups", "R")):  # fmt: skip
                thing = named(f"Others{letter}", number)
                others[kind][thing["id"]] = thing
        store_all_paths(state)
        state.metadata_changed()


def named(prefix: str, number: int) -> dict[str, Any]:
    name = f"{prefix}{number:0{11 - len(prefix)}d}"
    return {"id": name, "name": name, "shortName": name}


@pytest.fixture
def scheme(tmp_path: Path) -> Iterator[Scheme]:
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        scheme = Scheme(tmp_path, sandbox)
        scheme.begin(sample(20, seed=1, level="1.4", as_of=DAY_ONE, defects=False))
        add_others(sandbox, 1)
        scheme.bring("day-one")
        yield scheme


def read_by(scheme: Scheme, run_id: str) -> tuple[dict[str, int], int]:
    """Path to the bytes that set-up and a day of changes read; and their requests."""
    before, requests = scheme.sandbox.bytes_sent, len(scheme.sandbox.requests)
    scheme.set_up()
    scheme.next_day(seed=5)
    scheme.bring(run_id)
    after = Counter(scheme.sandbox.bytes_sent)
    after.subtract(before)
    gets = {path: count for path, count in after.items() if path.startswith("GET ") and count}
    return gets, len(scheme.sandbox.requests) - requests


def test_set_up_and_load_read_nothing_that_grows_with_what_others_have(scheme: Scheme) -> None:
    moment = scheme.moment()
    small, few = read_by(scheme, "small")
    scheme.back_to(moment)
    add_others(scheme.sandbox, 10)
    large, many = read_by(scheme, "large")

    grown = {path: large[path] - small.get(path, 0) for path in large
             if large[path] - small.get(path, 0) > TOLERANCE}  # fmt: skip
    assert not grown
    assert many == few
