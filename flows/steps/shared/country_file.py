"""Read the country file."""

import tomllib
from pathlib import Path

from staging.files import write_bytes
from staging.languages import language_named
from staging.layout import Run
from staging.runs import RunRecord, remember
from transforms.core.errors import CountryError
from transforms.model.existing import in_use
from transforms.openimis.country import Country, country_of
from transforms.reports.leaving_page import leaving_page


def read_country(path: Path) -> Country:
    """Return what the country file says.

    Raises:
        CountryError: It is not there, is not TOML, or a setting is missing, unknown or wrong.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CountryError(
            f"The country file {path} cannot be read: {error.strerror}. Copy country.example.toml "
            f"and name it in the parameter `country`. Nothing was done."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CountryError(
            f"The country file {path} is not TOML: {error}. See country.example.toml. "
            f"Nothing was done."
        ) from error
    country = country_of(content, str(path))
    in_use(country, str(path))
    return country


def write_what_leaves(run: Run, country: Country) -> str:
    """Write the page that says what leaves into the run's folder, and return it.

    Raises:
        CountryError: The country file's privacy asks for what cannot be.
    """
    page = leaving_page(country, language_named(country.languages.reports))
    write_bytes(run.what_leaves, page.encode())
    return page


HOW_FAST = {"load", "guards", "waiting", "retention", "analytics", "partitions"}
IN_WHICH_WORDS = {"languages"}
OF_SET_UP = {"service_groups"}


def remember_what_may_leave(run: Run, country: Country) -> None:
    """Note in run.json what of the country file decides what a run sends.

    The bundles of a run are made by these settings, so the run goes on only while they are the
    same. How it is posted, what the guards allow, and of what set-up makes figures, and in which
    language people read, may change meanwhile.

    Raises:
        StagingError: They differ from those with which the run was begun.
    """
    decides = country.model_dump(mode="json", exclude=HOW_FAST | OF_SET_UP | IN_WHICH_WORDS)
    remember(run, RunRecord.model_validate(decides | {"regions": sorted(country.regions)}))
