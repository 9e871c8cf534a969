"""The language that a country file names for what operators read."""

from pathlib import Path

from flows.steps.shared.country_file import read_country
from staging.languages import language_named
from transforms.core.errors import CountryError
from transforms.core.language import ENGLISH, Language


def reports_language(country: Path) -> Language:
    """Return the language of reports; English where the country file cannot be read."""
    try:
        return language_named(read_country(country).languages.reports)
    except CountryError:
        return ENGLISH
