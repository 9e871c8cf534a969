"""README, CONTRIBUTING and the pages in docs/ say what is so, and lead to one another."""

import inspect
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.flows import load_flow_from_entrypoint

from tests.project.pages import PAGES, PROJECT, README, Page
from transforms.reports.tables import page_texts

FLOWS = (PROJECT / "docs" / "reference" / "flows.md").read_text()
DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load((PROJECT / "prefect.yaml").read_text())[
    "deployments"
]
EVERYWHERE = {"country", "staging_root"}
MOST_WORDS = 1_000

of_every_page = pytest.mark.parametrize("page", PAGES, ids=str)


def row_of(flow: str) -> str:
    [row] = [line for line in FLOWS.splitlines() if line.startswith(f"| `{flow}` |")]
    return row


@pytest.mark.parametrize("entrypoint", [each["entrypoint"] for each in DEPLOYMENTS])
def test_the_page_of_flows_names_every_flow_with_all_its_parameters(entrypoint: str) -> None:
    flow = load_flow_from_entrypoint(str(PROJECT / entrypoint))
    parameters = set(inspect.signature(flow.fn).parameters) - EVERYWHERE

    told = set(re.findall(r"`(\w+)`", row_of(flow.name).split("|")[3]))

    assert told == parameters


@of_every_page
def test_every_target_that_a_page_names_is_in_the_makefile(page: Page) -> None:
    makefile = (PROJECT / "Makefile").read_text()

    for command in page.code:
        for targets in re.findall(r"\bmake((?: [a-z-]+)+)", command):
            for target in targets.split():
                assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_readme_names_the_commands_of_continuous_integration() -> None:
    script = (PROJECT / ".ci" / "run").read_text()

    for command in re.findall(r"^make .+", script, re.MULTILINE):
        assert f"`{command}`" in README.text


def test_the_glossary_begins_with_thirty_words_and_has_each_word_once() -> None:
    first, rest = (
        (PROJECT / "docs" / "glossary.md").read_text().split("\n## Words of one subject\n")
    )
    words = re.compile(r"^\| (\w[\w ]*) \|", re.MULTILINE)

    beginning, others = words.findall(first), words.findall(rest)
    found = [word for word in (*beginning, *others) if word != "word"]

    assert len(beginning) - 1 == 30
    assert len(set(found)) == len(found) > 60


@of_every_page
def test_every_module_that_a_page_names_is_there(page: Page) -> None:
    named = re.findall(r"`((?:transforms|staging|flows|tests|docs)/[\w./-]+\.\w+)", page.text)

    for name in named:
        assert (PROJECT / name).exists(), name


@of_every_page
def test_every_test_that_a_page_names_is_there(page: Page) -> None:
    for module, name in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)", page.text):
        assert f"def {name}(" in (PROJECT / module).read_text(), name


def test_every_case_from_the_field_names_a_test() -> None:
    page = (PROJECT / "docs/reference/field-cases.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]

    cases = [row for row in rows if not row.startswith("| the case |")]
    assert len(cases) > 20
    assert [row for row in cases if "`tests/" not in row] == []


def test_analysts_are_told_that_a_deletion_changes_figures_of_the_past() -> None:
    page = (PROJECT / "docs" / "indicators.md").read_text(encoding="utf-8")

    assert dict(page_texts.TO_KNOW)["What is deleted leaves the past too"] in page


def test_the_readme_is_read_in_a_few_minutes() -> None:
    assert len(README.text.split()) < MOST_WORDS


@of_every_page
def test_every_link_leads_to_a_file_and_to_a_heading_in_it(page: Page) -> None:
    for link in page.links:
        assert link.path.exists(), f"{page}: there is no {link.path}"
        if link.anchor:
            assert link.anchor in Page(link.path).anchors, f"{page}: no heading #{link.anchor}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, ahead = set[Path](), [README]
    while ahead:
        page = ahead.pop()
        reached.add(page.path)
        ahead += [
            Page(link.path)
            for link in page.links
            if link.path.suffix == ".md" and link.path not in reached
        ]

    assert {page.path for page in PAGES} - reached == set()


def test_contributing_says_what_each_mark_of_a_test_means() -> None:
    contributing = (PROJECT / "CONTRIBUTING.md").read_text()
    tools = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]

    for marker in tools["pytest"]["ini_options"]["markers"]:
        assert f"| `{marker.partition(':')[0]}` |" in contributing
