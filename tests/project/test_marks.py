"""Continuous integration runs something of every test file."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Seven minutes of waiting: the tutorial's own commands, as a new user types them.
BY_HAND = {"tests/system/flows/test_tutorial.py"}


def selections() -> list[str]:
    """Return which marks each target selects that continuous integration runs."""
    [targets] = re.findall(r"^make (.+)$", (ROOT / ".ci/run").read_text(), re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text()
    recipes = [makefile.split(f"\n{target}: ")[1].split("\n\n")[0] for target in targets.split()]
    return [
        mark for recipe in recipes for mark in re.findall(r'pytest -m "?([^"\n]+?)"? -', recipe)
    ]


@pytest.mark.longer
def test_continuous_integration_runs_something_of_every_test_file():
    any_of = " or ".join(f"({each})" for each in selections())
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", any_of, "tests"]

    listed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout

    files = {str(file.relative_to(ROOT)) for file in (ROOT / "tests").rglob("test_*.py")}
    run = set(re.findall(r"^(tests/\S+\.py)::", listed, re.MULTILINE))
    assert len(selections()) == 3
    assert files - run == BY_HAND
