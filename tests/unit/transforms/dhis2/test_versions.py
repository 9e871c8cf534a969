"""What differs between the versions of DHIS2."""

from dataclasses import fields

import pytest

from tests.support.sandbox import SUPPORTED
from transforms.dhis2.tables.versions import DIALECTS, Dialect


@pytest.mark.parametrize("fact", [field.name for field in fields(Dialect)])
def test_a_fact_about_versions_is_not_the_same_in_all_of_them(fact: str) -> None:
    assert len({getattr(dialect, fact) for dialect in DIALECTS.values()}) > 1


def test_the_stand_in_knows_the_same_versions() -> None:
    assert [f"{major}.{minor}" for major, minor in DIALECTS] == [*SUPPORTED]
