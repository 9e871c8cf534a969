"""Figures of quarters: set-up, load and ADX."""

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from flows.steps.compare.adx_file import write_adx
from tests.support.scheme import Scheme
from tests.system.aggregates.figures_scheme import EVERY_CELL, figures_scheme, stored
from tests.system.aggregates.test_data_values import claims
from tests.system.aggregates.test_read_back import ADX

QUARTER = "2025Q4"
SETTINGS = EVERY_CELL + 'frequency = "quarterly"\nopen_periods = 1\n'


@pytest.fixture(scope="module")
def quarterly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scheme]:
    """A scheme whose newest quarter was loaded."""
    with figures_scheme(tmp_path_factory.mktemp("quarters"), SETTINGS) as scheme:
        scheme.bring("first")
        yield scheme


def test_figures_of_a_quarter_arrive_as_sql_counts_those_of_its_months(quarterly: Scheme) -> None:
    expected: dict[tuple[str, str], int] = {}
    for (_, place, product), count in claims(quarterly).items():
        expected[place, product] = expected.get((place, product), 0) + count
    units = quarterly.sandbox.metadata("organisationUnits")

    arrived = {
        (units[value.org_unit]["code"], product.split(" ")[0]): int(number)
        for value, number in stored(quarterly.sandbox).items()
        if value.figure == "Claims (openIMIS, quarterly)" and "Entered" in value.options
        for product in value.options - {"Entered"}
    }

    assert {value.period for value in stored(quarterly.sandbox)} == {QUARTER}
    assert arrived == expected != {}


def test_a_second_run_of_quarters_posts_nothing(quarterly: Scheme) -> None:
    before = quarterly.writes()

    quarterly.bring("second")

    assert quarterly.writes() == before


def test_quarters_are_written_as_adx(quarterly: Scheme) -> None:
    run = quarterly.run("first")
    write_adx(run, quarterly.target, quarterly.settings)

    groups = ElementTree.parse(run.adx).getroot().findall(f"{ADX}group")

    assert {group.get("period") for group in groups} == {"2025-10-01/P3M"}
    assert {group.get("dataSet") for group in groups} == {
        "oi_facility_quarterly", "oi_district_quarterly",
    }  # fmt: skip
    elements = {row.get("dataElement") for group in groups for row in group}
    assert elements == {"oi_claims_q", "oi_claimed_amount_q", "oi_insured_q"}
    assert sum(len(group) for group in groups) == len(stored(quarterly.sandbox))
