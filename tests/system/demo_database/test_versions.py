"""Every version of DHIS2 that is supported takes the demo database, and holds the same of it."""

import pytest

from tests.support.cases import first_in_ci
from tests.system.demo_database import needs_demo_database
from tests.system.demo_database.comparison import RESOURCES, difference
from tests.system.demo_database.demo_scheme import NewScheme

pytestmark = [*needs_demo_database, pytest.mark.large]


@pytest.mark.parametrize("version", first_in_ci(["2.40", "2.41", "2.43"]))
def test_dhis2_of_every_version_holds_what_openimis_has(
    new_scheme: NewScheme, version: str
) -> None:
    scheme = new_scheme("1.11", version)

    state = scheme.sync(run_id="first")

    assert (state.name, state.message) == ("Completed", None)
    wanted, held = scheme.wanted("first"), scheme.held()
    differences = {name: difference(wanted[name], held[name]) for name in RESOURCES}
    assert differences == dict.fromkeys(RESOURCES, ([], []))
