"""One test a quirk of DHIS2, against the stand-in of each version."""

from collections.abc import Iterator

import pytest

from tests.quirks.small_country import VERSIONS, SmallCountry, small_country


@pytest.fixture(params=VERSIONS)
def country(request: pytest.FixtureRequest) -> Iterator[SmallCountry]:
    """Give a stand-in with places, package and users."""
    with small_country(request.param) as made:
        yield made
