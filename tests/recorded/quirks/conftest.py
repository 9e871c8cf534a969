"""One test a quirk of DHIS2, against the stand-in of each version."""

from collections.abc import Iterator

import pytest

from tests.recorded.quirks.small_country import SmallCountry, small_country
from tests.support.cases import VERSIONS


@pytest.fixture(scope="session", params=VERSIONS)
def running_country(request: pytest.FixtureRequest) -> Iterator[SmallCountry]:
    """Give a stand-in of each version that runs for all tests."""
    with small_country(request.param) as made:
        yield made


@pytest.fixture
def country(running_country: SmallCountry) -> SmallCountry:
    """Give a stand-in as it was set up."""
    running_country.make()
    return running_country
