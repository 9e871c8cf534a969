"""Say which places DHIS2 had confirmed and has no more: deleted, or merged into others there."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import present_uids
from staging.acknowledged import scan
from staging.current import Current, read_current
from staging.layout import Target, target_names
from transforms.changes.answers.metadata_changes import CONFIRMED, unlisted_rows
from transforms.changes.guards.preflight import MERGED
from transforms.core.errors import StagingError
from transforms.matching.drift import DECIDE
from transforms.model.resources import ORG_UNITS
from transforms.openimis.country import Country

NAMED = 10


def gone_places(client: Dhis2, staging_root: Path, country: Country) -> list[str]:
    """Return a sentence on the places that a load had confirmed and DHIS2 has no more, if any.

    Args:
        client: The DHIS2, as a user who sees all org units.
        staging_root: Folder of all pipeline files; whatever target was loaded to this address.
        country: Says whether org units are made.
    """
    loaded = _loaded_to(client, staging_root)
    uids = sorted(
        {uid for target, current in loaded for uid in _gone_places(client, target, current)}
    )
    if not uids:
        return []
    named = ", ".join(uids[:NAMED]) + (f" and {len(uids) - NAMED} more" if uids[NAMED:] else "")
    found = f"{len(uids)} org units that DHIS2 had confirmed are not there any more ({named})"
    if country.uses_matches:
        return [f"{found}; set-up makes none of DHIS2's own. {DECIDE}"]
    return [f"{found}; set-up makes again those that openIMIS has. {MERGED}"]


def _loaded_to(client: Dhis2, staging_root: Path) -> Iterator[tuple[Target, Current]]:
    for name in target_names(staging_root):
        target = Target(staging_root, name)
        with suppress(StagingError):  # a load tells of what is damaged; set-up needs none of it
            current = read_current(target)
            if current is not None and current.base_url == client.base_url:
                yield target, current


def _gone_places(client: Dhis2, target: Target, current: Current) -> list[str]:
    confirmed = scan(target, current, ORG_UNITS, 0, CONFIRMED)
    uids = unlisted_rows(confirmed, []).collect()["uid"].drop_nulls().to_list()
    there = present_uids(client, "organisationUnits", uids)
    return unlisted_rows(confirmed, sorted(there)).collect()["uid"].to_list()
