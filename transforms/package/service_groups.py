"""Figures of the groups of services that the country file names by lists of codes.

    group ─► a part of the lines, quantity and value of services, and of the people with services

How many *claims* have such a service DHIS2 cannot compute: an enrollment is counted by its own
values, and of its events by numbers alone (2.43 compares no text there).
"""

from collections.abc import Iterator

import polars as pl

from transforms.core.fields import Treatment
from transforms.model.privacy import policy_of
from transforms.model.tables.claim import CLAIMED_SERVICE
from transforms.model.tables.option_sets import SERVICE
from transforms.openimis.country import Country
from transforms.openimis.service_groups import ServiceGroup
from transforms.package.tables.claim_measures import SERVICE_CODE, SERVICE_GROUP_MEASURES
from transforms.package.tables.measures import Split

FEW_CODES = 10
NOT_SENT = (
    f"No figures are made of service groups: the country file does not send "
    f"{CLAIMED_SERVICE.name!r}."
)


def service_group_splits(country: Country) -> list[Split]:
    """Return a part for each group of the country file; none where services are not sent."""
    if not _sends_services(country):
        return []
    return [_split(key, group) for key, group in country.service_groups.items()]


def service_group_notes(country: Country, options: pl.DataFrame) -> Iterator[str]:
    """Yield what set-up makes of each group, and which of its codes openIMIS does not have.

    Args:
        country: The country file.
        options: See `transforms.model.options.options`.
    """
    if not _sends_services(country):
        yield from [NOT_SENT] if country.service_groups else []
        return
    listed = set(options.filter(pl.col("optionSet") == SERVICE.uid)["code"])
    for key, group in country.service_groups.items():
        found = [code for code in group.codes if code in listed]
        yield (
            f"Service group {group.name!r} ({key}): {len(SERVICE_GROUP_MEASURES)} figures of "
            f"{len(found)} services.{_missing([each for each in group.codes if each not in found])}"
        )


def _sends_services(country: Country) -> bool:
    return policy_of(country)[CLAIMED_SERVICE.key] is not Treatment.DROP


def _split(key: str, group: ServiceGroup) -> Split:
    condition = " || ".join(f"{SERVICE_CODE} == '{code}'" for code in group.codes)
    whole = condition if len(group.codes) == 1 else f"({condition})"
    return Split(f"service-group:{key}", group.name.strip(), whole)


def _missing(codes: list[str]) -> str:
    if not codes:
        return ""
    more = f" and {len(codes) - FEW_CODES} more" if codes[FEW_CODES:] else ""
    return f" openIMIS has no service with the code {', '.join(codes[:FEW_CODES])}{more}."
