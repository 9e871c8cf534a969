"""The pages in docs/ are as the tables of truth say."""

import re
from pathlib import Path

import pytest

from flows.prefect_support.docs import PAGES
from tests.system.set_up.a_country import GENDERS, a_country, choices
from transforms.changes.guards.permissions import Allow
from transforms.dhis2.tables.patches import PATCH_FAULTS
from transforms.package.metadata import package
from transforms.package.program_indicators import program_indicators
from transforms.package.tables.indicators import INDICATORS, NOT_COMPUTED
from transforms.package.tables.program_indicators import MEASURES
from transforms.package.tables.user_roles import USER_ROLES

DOCS = Path(__file__).parents[2] / "docs"
UID = re.compile(r"`([A-Za-z][A-Za-z0-9]{10})`")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_make_docs_writes(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run make docs"


def test_every_figure_and_every_one_that_is_missing_is_on_the_indicator_page() -> None:
    page = PAGES["indicators.md"]()

    assert all(f"Key `{measure.key}`. {measure.definition}" in page for measure in MEASURES)
    assert all(f"| {row.name} |" in page for row in INDICATORS)
    assert all(why in page for _, _, why in NOT_COMPUTED)


def test_an_analyst_is_told_that_a_deletion_changes_figures_of_the_past() -> None:
    page = PAGES["indicators.md"]()

    assert "deleted in openIMIS is deleted in DHIS2, with all events of past years" in page


def test_an_analyst_is_told_that_who_lacks_a_value_is_in_totals_and_in_no_part() -> None:
    page = PAGES["indicators.md"]()

    assert "is in every total, and in no part of it" in page


def test_the_mapping_page_says_what_is_sensitive_and_what_happens_to_it() -> None:
    page = PAGES["mapping.md"]()

    assert page.count("| sensitive | send |") == 8
    assert "sensitive | of what somebody is ill (diagnoses, services, items), who is poor" in page


def test_the_page_of_patches_says_of_every_fault_whether_it_was_seen() -> None:
    rows = [line for line in PAGES["patches.md"]().splitlines() if line.startswith("| ")][2:]

    assert len(rows) == len(PATCH_FAULTS)
    for fault, row in zip(PATCH_FAULTS, rows, strict=True):
        assert fault.meaning in row
        assert all(version in row for version in fault.tried)
        assert ("*not tried*" in row) is (len(set(fault.tried.values())) < 2)


def test_a_part_has_the_uid_on_the_page_that_it_has_in_dhis2() -> None:
    named = set(UID.findall(PAGES["indicators.md"]()))

    for row in program_indicators(choices(tblGender=GENDERS)):
        if row.split is None or ":" not in row.split.key:
            assert row.uid in named, row.key


@pytest.mark.parametrize(
    "kind",
    [
        "trackedEntityAttributes",
        "dataElements",
        "optionSets",
        "programs",
        "programStages",
        "organisationUnitGroups",
        "organisationUnitGroupSets",
        "dataSets",
        "userGroups",
        "userRoles",
    ],
)
def test_all_that_set_up_makes_of_a_kind_is_on_the_mapping_page(kind: str) -> None:
    named = set(UID.findall(PAGES["mapping.md"]()))

    made = package(choices(tblGender=GENDERS), a_country())[kind]
    assert {thing["id"] for thing in made} <= named


@pytest.mark.parametrize("name", PAGES)
def test_the_readme_links_to_the_pages(name: str) -> None:
    assert f"(docs/{name})" in (DOCS.parent / "README.md").read_text()


def test_a_page_says_how_a_user_of_each_role_is_made() -> None:
    page = (DOCS / "how-to" / "give-users-access.md").read_text()

    for role in USER_ROLES:
        assert f"*{role.name}*" in page
        assert role.group is None or f"*{role.group.name}*" in page


def test_every_permission_is_on_the_page_of_guards_and_permissions() -> None:
    page = (DOCS / "reference" / "guards-and-permissions.md").read_text()

    for permission in Allow:
        assert f"| `{permission}` |" in page
