"""The country file names languages that there are, once each."""

import pytest

from transforms.core.errors import CountryError
from transforms.openimis.country import country_of

ROOT = {"uid": "ImspTQPwCqd", "name": "Country", "short_name": "Country"}


def test_english_is_read_and_nothing_is_translated_unless_it_is_said() -> None:
    usual = country_of({"root": ROOT}, "country.toml").languages

    assert (usual.reports, usual.dhis2) == ("en", ())


def test_reports_and_dhis2_have_settings_of_their_own() -> None:
    content = {"root": ROOT, "languages": {"reports": "fr", "dhis2": ["fr"]}}
    languages = country_of(content, "country.toml").languages

    assert (languages.reports, languages.dhis2) == ("fr", ("fr",))


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"reports": "pt"}, 'languages.reports: Value error, there is no "pt" here, but en, fr'),
        ({"dhis2": ["pt"]}, 'languages.dhis2: Value error, there is no "pt" here, but fr'),
        ({"dhis2": ["en"]}, 'languages.dhis2: Value error, there is no "en" here, but fr'),
        ({"dhis2": ["fr", "fr"]}, "languages.dhis2: Value error, fr, fr names a language twice"),
        ({"dhis2": "fr"}, "languages.dhis2: Input should be a valid tuple"),
        ({"report": "fr"}, "languages.report: Extra inputs are not permitted"),
    ],
)
def test_a_fault_names_file_key_what_was_found_and_what_is_allowed(
    section: dict[str, object], told: str
) -> None:
    with pytest.raises(CountryError) as error:
        country_of({"root": ROOT, "languages": section}, "chad.toml")

    assert str(error.value).startswith("chad.toml is not a country file as it must be: ")
    assert told in str(error.value)
