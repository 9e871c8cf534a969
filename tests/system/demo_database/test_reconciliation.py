"""openIMIS asked in SQL and DHIS2 asked for its objects say the same, at both schema levels."""

import pytest

from tests.system.demo_database import needs_demo_database
from tests.system.demo_database.comparison import RESOURCES, difference
from tests.system.demo_database.demo_scheme import DemoScheme
from tests.system.demo_database.figures import asked_of_dhis2, asked_of_openimis

pytestmark = [*needs_demo_database, pytest.mark.longer]


def test_every_row_of_openimis_is_an_object_in_dhis2_or_a_reject(brought_in: DemoScheme) -> None:
    lines = brought_in.table("first")

    assert [line for line in lines if not line.is_explained] == []
    assert min(line.wanted for line in lines if not line.part) > 0


def test_every_reject_says_why_and_what_to_do(brought_in: DemoScheme) -> None:
    rejects = brought_in.rejects("first")

    assert rejects.null_count().row(0) == (0,) * rejects.width
    assert not rejects["hint"].str.contains("nothing is known of it").any()


def test_every_value_in_dhis2_is_what_openimis_has(brought_in: DemoScheme) -> None:
    wanted, held = brought_in.wanted("first"), brought_in.held()

    differences = {name: difference(wanted[name], held[name]) for name in RESOURCES}

    assert differences == dict.fromkeys(RESOURCES, ([], []))


def test_the_figures_of_a_ministry_are_the_same_in_both(brought_in: DemoScheme) -> None:
    in_openimis = asked_of_openimis(brought_in.openimis.conninfo)
    in_dhis2 = asked_of_dhis2(brought_in.held())

    assert in_dhis2 == in_openimis
    assert all(in_openimis.values())


def test_a_second_run_posts_nothing(brought_in: DemoScheme) -> None:
    mark = len(brought_in.written())

    state = brought_in.sync(run_id="second")

    assert state.is_completed(), state.message
    assert brought_in.written()[mark:] == []
