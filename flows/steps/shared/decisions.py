"""Read what was decided of places: which org unit of DHIS2's own tree each of them is."""

from datetime import UTC, datetime

import polars as pl

from staging.layout import Target
from staging.matches import read_matches
from transforms.core.errors import CountryError, StagingError
from transforms.matching.decisions import SOMEBODY, Author, checked_rows, with_authors
from transforms.matching.placement import placement_of
from transforms.matching.places import places_to_match
from transforms.openimis.country import Country
from transforms.openimis.register import Register


def holder_of_matches(target: Target, country: Country) -> Target:
    """Return the target whose file of matches holds the decisions: its own, or the named one."""
    return Target(target.root, country.match.target or target.name)


def read_decisions(target: Target, country: Country) -> pl.DataFrame | None:
    """Return the rows of the file of matches; None where org units are made.

    What a person has just typed counts, whether or not match-org-units was run since.

    Raises:
        StagingError: There is no such file, or it is not as it must be.
        CountryError: The country file does not say on which levels places lie.
    """
    if not country.uses_matches:
        return None
    file = holder_of_matches(target, country).matches
    if not country.match.levels:
        raise CountryError(
            'The country file uses DHIS2\'s own org units (org_units = "match") and does not say '
            "on which levels of DHIS2 openIMIS's places lie ([match.levels]). Run match-org-units, "
            "which tells the levels, and decide. Nothing was compared or sent."
        )
    if not file.exists():
        raise StagingError(
            f'The country file uses DHIS2\'s own org units (org_units = "match"), and there is no '
            f"file of matches {file}. Run match-org-units for this target and decide; or name in "
            f"the country file the target for which you did (match.target). Nothing was compared "
            f"or sent."
        )
    rows, _ = read_matches(holder_of_matches(target, country))
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    return with_authors(checked_rows(rows, str(file)), Author(SOMEBODY, now))


def placement_by(
    decisions: pl.DataFrame | None, register: Register, country: Country
) -> pl.DataFrame | None:
    """Return where each place goes (`transforms.matching.placement.PLACEMENT`); None as above."""
    if decisions is None:
        return None
    return placement_of(places_to_match(register), decisions, country.match, country.root.uid)
