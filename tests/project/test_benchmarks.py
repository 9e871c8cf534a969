"""Each benchmark runs to its end, here on sizes at which no bound means anything."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
SMALL = {
    "uids": ["2000"],
    "desired": ["200"],
    "delta": ["4000", "2000"],
    "bundles": ["200"],
    "fold": ["200"],
    "extract": ["2000"],
    "match": ["60"],
    "set_up": ["200", "300"],
    "day": ["--people", "150", "300"],
    "reconcile": ["60"],
}
LONG = "reconcile"
"""Twice sets a whole DHIS2 up."""
TIMED = {"load": "a fixed latency of a server", "posting": "five loads of a fixed size"}


@pytest.mark.longer
@pytest.mark.parametrize(
    "name",
    [*sorted(SMALL.keys() - {LONG}), pytest.param(LONG, marks=pytest.mark.large)],
)
def test_a_benchmark_runs_to_its_end(name: str) -> None:
    command = [sys.executable, "-W", "ignore", "-m", f"tests.benchmarks.{name}", *SMALL[name]]

    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)

    assert "  (at " in done.stdout, done.stdout[-500:] + done.stderr[-2_000:]
    assert "Traceback" not in done.stderr, done.stderr[-2_000:]


def test_make_bench_has_no_other_benchmark() -> None:
    recipe = (PROJECT / "Makefile").read_text().split("\nbench:")[1]
    listed = recipe.split("for name in ")[1].split(";")[0].split()

    assert set(listed) <= SMALL.keys() | TIMED.keys()
