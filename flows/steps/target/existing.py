"""Ask DHIS2 for what it had before us, where the country file uses that in place of ours."""

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import present_objects
from flows.connectors.dhis2.presence import find
from flows.steps.target.preflight import ACCESS, is_open
from transforms.changes.guards.existing import FoundExisting
from transforms.core.json_texts import Json
from transforms.model.existing import NamedObjects, named_objects
from transforms.openimis.country import Country

TYPES, ATTRIBUTES = "trackedEntityTypes", "trackedEntityAttributes"
SETS, GROUPS = "optionSets", "organisationUnitGroups"
FIELDS = {SETS: "id,name,options[code]", GROUPS: "id"}


def ask_existing(client: Dhis2, country: Country) -> FoundExisting:
    """Return what DHIS2 has of what the country file names, by our UIDs.

    Asked for by UID: what is asked does not grow with what others have.

    Raises:
        TargetError: DHIS2 refuses to say.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    named = named_objects(country)
    return FoundExisting(
        types=present_objects(client, TYPES, named[TYPES]),
        attributes=present_objects(client, ATTRIBUTES, named[ATTRIBUTES]),
        option_sets=_one_by_one(client, SETS, named),
        groups=_one_by_one(client, GROUPS, named),
        is_open={uid: _is_open(client, uid) for uid in named[TYPES]},
    )


def _one_by_one(client: Dhis2, kind: str, named: NamedObjects) -> dict[str, Json]:
    found = {uid: find(client, f"/api/{kind}/{uid}", FIELDS[kind]) for uid in sorted(named[kind])}
    return {uid: thing for uid, thing in found.items() if thing is not None}


def _is_open(client: Dhis2, uid: str) -> bool:
    found = find(client, f"/api/{TYPES}/{uid}", f"id,{ACCESS}")
    return found is not None and is_open(found)
