"""What the country file may say of figures."""

import pytest

from transforms.core.errors import CountryError
from transforms.openimis.country import country_of

ROOT = {"uid": "ImspTQPwCqd", "name": "Country", "short_name": "Country"}


@pytest.mark.parametrize("calendar", ["nepali", "ethiopian"])
@pytest.mark.parametrize("mode", ["aggregate", "both"])
def test_figures_for_a_dhis2_that_counts_in_another_calendar_are_refused(
    calendar: str, mode: str
) -> None:
    content = {"root": ROOT, "mode": mode, "dhis2": {"calendar": calendar}}

    with pytest.raises(CountryError) as refusal:
        country_of(content, "country.toml")

    said = str(refusal.value)
    assert said.startswith("country.toml is not a country file as it must be: Value error, dhis2.")
    for part in ("country.toml", f'"{calendar}"', f'"{mode}"', 'only be "iso8601"', "set mode to"):
        assert part in said
    assert said.endswith("Nothing was done.")


def test_persons_may_go_into_a_dhis2_that_counts_in_another_calendar() -> None:
    content = {"root": ROOT, "dhis2": {"calendar": "nepali"}}

    assert country_of(content, "country.toml").dhis2.calendar == "nepali"
    assert country_of({"root": ROOT, "mode": "both"}, "country.toml").sends_figures
