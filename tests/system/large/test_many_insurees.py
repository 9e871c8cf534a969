"""Many insurees with their policies and claims, in less memory than a small server has."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import orjson
import pytest
from prefect.settings import PREFECT_API_URL

from tests.support.openimis_sample import sample
from tests.support.scheme.by_flows import FlowScheme, a_flow_scheme

pytestmark = pytest.mark.timeout(2400)
AS_OF = date(2026, 1, 1)
LEAST_OBJECTS_OF_AN_INSUREE = 10
MOST_MEMORY_MIB = 1_500


@pytest.fixture
def large_scheme(insurees: int, prefect_server: None, tmp_path: Path) -> Iterator[FlowScheme]:
    """A scheme of so many insurees, and a DHIS2 that is set up for it."""
    with a_flow_scheme(tmp_path) as scheme:
        scheme.begin(sample(insurees, seed=1, level="1.4", as_of=AS_OF))
        yield scheme


def sync_in_another_process(scheme: FlowScheme, run_id: str) -> tuple[str, int]:
    """Return how it ended, and its peak memory in MiB."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.system.large.sync_once"]
    arguments = [str(scheme.country_file), str(scheme.staging_root), run_id]
    environment = os.environ | {"PREFECT_API_URL": str(PREFECT_API_URL.value())}
    ran = subprocess.run(
        [*command, *arguments], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    [line] = [line for line in ran.stdout.splitlines() if line.startswith("ended ")]
    _, state, peak = line.split()
    return state, int(peak)


@pytest.mark.parametrize(
    "insurees",
    [
        pytest.param(5_000, marks=[pytest.mark.large, pytest.mark.ci]),
        pytest.param(100_000, marks=pytest.mark.hours),
    ],
)
def test_many_insurees_arrive_in_little_memory(insurees: int, large_scheme: FlowScheme) -> None:
    state, peak = sync_in_another_process(large_scheme, "first")
    summary = orjson.loads((large_scheme.staging_root / "runs/first/summary.json").read_bytes())
    created = sum(counts.get("created", 0) for counts in summary["changes"].values())
    mark = len(large_scheme.written())
    again, peak_again = sync_in_another_process(large_scheme, "second")

    print(f"{created:,} objects; peak {peak} MiB, {peak_again} MiB when nothing changed")
    assert state == again == "CompletedWithRejects"
    assert created > insurees * LEAST_OBJECTS_OF_AN_INSUREE
    assert max(peak, peak_again) < MOST_MEMORY_MIB
    assert large_scheme.written()[mark:] == []
