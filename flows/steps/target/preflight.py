"""Ask DHIS2, before the first bundle, whether it will take what is about to be posted.

DHIS2 is queried after org units and options were pushed. What the answers mean,
`transforms/changes/guards/preflight.py` judges.
"""

from typing import Any

from flows.connectors.dhis2.client import TRANSFER, Dhis2
from flows.connectors.dhis2.metadata_read import lines_of
from flows.connectors.dhis2.presence import find
from flows.connectors.dhis2.system_info import SystemInfo
from transforms.changes.guards.preflight import refuse_unreadable, refuse_unready
from transforms.changes.sending.offer import (
    Needs,
    Offer,
    OptionCodes,
    ProgramAccess,
    User,
    programs_of,
)
from transforms.core.json_texts import Json
from transforms.model.tables.programs import PERSON_TYPE

ACCESS = "access[data[read,write]]"
USER = "id,username,authorities,organisationUnits[id],teiSearchOrganisationUnits[id]"
PROGRAM = f"id,{ACCESS},programStages[id,{ACCESS}],organisationUnits[id]"


def check_needs(
    client: Dhis2, info: SystemInfo, needs: Needs, *, allow_superuser: bool = False
) -> Offer:
    """Return what DHIS2 shows of what a run needs; refuse it if nothing could be posted.

    Args:
        client: The DHIS2.
        info: Who it is.
        needs: What the bundles of the run need.
        allow_superuser: Let a superuser load.

    Raises:
        TargetError: All that is in the way, one sentence each.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    try_put(client)
    offer = ask_offer(client, info, needs)
    refuse_unready(offer, needs, allow_superuser=allow_superuser)
    return offer


def check_readable(client: Dhis2, info: SystemInfo, optional: frozenset[str]) -> None:
    """Refuse a DHIS2 of which the user cannot read all that we send; nothing is posted.

    Args:
        client: The DHIS2.
        info: Who it is.
        optional: UIDs of the optional fields that are sent.

    Raises:
        TargetError: All that is missing, one sentence each.
        BusyError: DHIS2 stayed busy or out of reach.
    """
    needs = Needs(optional=optional)
    refuse_unreadable(ask_offer(client, info, needs), needs)


def ask_offer(client: Dhis2, info: SystemInfo, needs: Needs) -> Offer:
    """Return what DHIS2 shows to the user of what the bundles of a run need."""
    user = _ask_user(client)
    is_everywhere = user.is_superuser and not info.dialect.superuser_needs_org_units
    return Offer(
        user=user,
        lines=lines_of(client, needs.all_org_units | needs.named),
        person_type=_ask_person_type(client),
        programs={each.uid: _ask_program(client, each.uid) for each in programs_of(needs)},
        fields={kind: _ask_fields(client, kind, uids) for kind, _, uids in needs.fields},
        option_sets={uid: _ask_option_set(client, uid) for uid in needs.codes},
        is_limited=not is_everywhere,
    )


def try_put(client: Dhis2) -> None:
    """Make a PUT that changes nothing: a token without that method is 401 (2.40 to 2.43).

    A load needs it for its marker and for owners. A transfer that names nobody is 400.
    """
    client.exchange("PUT", TRANSFER)


def _ask_user(client: Dhis2) -> User:
    me = client.get("/api/me", {"fields": USER})
    capture = _uids(me.get("organisationUnits"))
    return User(
        authorities=frozenset(me.get("authorities") or ()),
        capture=capture,
        search=_uids(me.get("teiSearchOrganisationUnits")) or capture,
    )


def _ask_person_type(client: Dhis2) -> bool | None:
    found = find(client, f"/api/trackedEntityTypes/{PERSON_TYPE}", f"id,{ACCESS}")
    return is_open(found) if found is not None else None


def _ask_program(client: Dhis2, uid: str) -> ProgramAccess | None:
    found = find(client, f"/api/programs/{uid}", PROGRAM)
    if found is None:
        return None
    stages = {stage["id"]: is_open(stage) for stage in found.get("programStages") or ()}
    return ProgramAccess(is_open(found), stages, _uids(found.get("organisationUnits")))


def is_open(found: Json) -> bool:
    """Whether the user may read and write the data of an object."""
    data = (found.get("access") or {}).get("data") or {}
    return bool(data.get("read") and data.get("write"))


def _ask_fields(client: Dhis2, kind: str, uids: frozenset[str]) -> frozenset[str]:
    """Return those of the data elements or attributes that the user sees."""
    chosen = {"fields": "id", "paging": "false", "filter": f"id:in:[{','.join(sorted(uids))}]"}
    return _uids(client.get(f"/api/{kind}", chosen)[kind])


def _ask_option_set(client: Dhis2, uid: str) -> OptionCodes | None:
    """Return the codes of an option set; where an option was deleted, 2.40 lists a null."""
    found = find(client, f"/api/optionSets/{uid}", "name,options[code]")
    if found is None:
        return None
    codes = frozenset(option["code"] for option in found.get("options") or () if option)
    return OptionCodes(found["name"], codes)


def _uids(references: Any) -> frozenset[str]:
    return frozenset(each["id"] for each in references or ())
