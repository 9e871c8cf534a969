"""README and CONTRIBUTING say what is so."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.flows import load_flow_from_entrypoint

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text()
DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load((PROJECT / "prefect.yaml").read_text())[
    "deployments"
]
EVERYWHERE = {"country", "staging_root"}


def row_of(flow: str) -> str:
    [row] = [line for line in README.splitlines() if line.startswith(f"| `{flow}` |")]
    return row


@pytest.mark.parametrize("entrypoint", [each["entrypoint"] for each in DEPLOYMENTS])
def test_the_readme_names_every_flow_with_all_its_parameters(entrypoint: str) -> None:
    flow = load_flow_from_entrypoint(str(PROJECT / entrypoint))
    parameters = set(inspect.signature(flow.fn).parameters) - EVERYWHERE

    told = set(re.findall(r"`(\w+)`", row_of(flow.name).split("|")[3]))

    assert told == parameters


def test_every_target_that_the_readme_names_is_in_the_makefile() -> None:
    makefile = (PROJECT / "Makefile").read_text()

    for target in re.findall(r"make ([a-z-]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_module_that_contributing_names_is_there() -> None:
    contributing = (PROJECT / "CONTRIBUTING.md").read_text()

    for name in re.findall(r"`((?:transforms|staging|flows|tests)/[\w./]+\.\w+)`", contributing):
        assert (PROJECT / name).exists(), name
