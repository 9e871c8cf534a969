"""What DHIS2 lacks of what the changes of a run use, and what becomes of these changes.

    a place, a program, a stage                   what uses it is held back, by table and UUID
    a day on which its own place was still open   likewise
    an option that an event is made of            likewise
    an option of a person                         the person goes without it, with a note; the
                                                  value is unknown until DHIS2 can accept it
    an attribute or data element that DHIS2       the value is left out, with a note: DHIS2 keeps
    lacks or hides                                what it has of it

Nothing else has to wait. The next run sends what this one could not, once DHIS2 can accept it.
What is held back, `waiting.py` finds; what is left out, `leaving_out.py`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from transforms.changes.sending.offer import Needs, Offer, programs_of, stages_of
from transforms.core.fields import Field, ValueType
from transforms.core.language import message
from transforms.model.resources import ALL_FIELDS, TRACKED_ENTITIES, Resource

PLACE_MISSING = "org_unit_not_in_dhis2"
PLACE_CLOSED = "org_unit_closed"
PLACE_NOT_ASSIGNED = "org_unit_not_assigned"
PLACE_OUTSIDE = {"capture": "org_unit_outside_capture", "search": "org_unit_outside_search"}
PROGRAM_CLOSED = "program_not_open"
STAGE_CLOSED = "program_stage_not_open"
VALUE_MISSING = "_not_in_dhis2"
FIELD_HIDDEN = "_hidden_in_dhis2"


@dataclass(frozen=True)
class Lacks:
    """What DHIS2 lacks, or hides from the user of the load.

    Attributes:
        places: Org unit (UID) to the reason why nothing can lie there.
        unassigned: Program (UID) to the org units (UIDs) that it is not assigned to.
        values: Field key to the values that DHIS2 does not take: codes, or UIDs of org units.
        hidden: Keys of the fields whose attribute or data element is not there, or hidden.
        closed: UIDs of the programs and stages whose data the user may not read and write.
        closed_places: Org unit (UID) of DHIS2's own to the ISO day on which it was closed.
    """

    places: Mapping[str, str] = field(default_factory=dict)
    unassigned: Mapping[str, frozenset[str]] = field(default_factory=dict)
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    closed_places: Mapping[str, str] = field(default_factory=dict)

    @property
    def missing_places(self) -> set[str]:
        """The org units (UIDs) that are not in DHIS2, or hidden."""
        return {uid for uid, reason in self.places.items() if reason == PLACE_MISSING}

    @property
    def missing_options(self) -> set[tuple[str, str]]:
        """Option set (UID) and code of the options that are not in DHIS2."""
        return {
            (each.option_set.uid, code)
            for each in ALL_FIELDS
            if each.option_set
            for code in self.values.get(each.key, ())
        }

    @property
    def missing_named(self) -> set[str]:
        """The org units (UIDs) that are used as values and are not in DHIS2, or hidden."""
        named = [each.key for each in ALL_FIELDS if each.value_type is ValueType.ORGANISATION_UNIT]
        return {unit for key in named for unit in self.values.get(key, ())}

    @property
    def is_empty(self) -> bool:
        """Whether DHIS2 has all that is needed."""
        return self == NOTHING_LACKS


NOTHING_LACKS = Lacks()


def lacks_of(offer: Offer, needs: Needs) -> Lacks:
    """Return what DHIS2 lacks of what the bundles of a run need."""
    needed = frozenset().union(*(uids for _, _, uids in needs.fields))
    hidden = frozenset(
        each.key for each in ALL_FIELDS if each.uid in needed and _is_hidden(each, offer)
    )
    return Lacks(
        places=_places(offer, needs),
        unassigned=_missing_assignments(offer, needs),
        values=_values(offer, needs),
        hidden=hidden,
        closed=frozenset(_closed_uids(offer, needs)),
    )


def scopes_of(offer: Offer) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the scopes that limit the user, with the org units of each."""
    if offer.is_limited:
        yield message("capture"), offer.user.capture
        if not offer.user.searches_everywhere:
            yield message("search"), offer.user.search


def outside(offer: Offer, org_units: Iterable[str], scope: frozenset[str]) -> set[str]:
    """Return the org units that are in DHIS2 and do not lie below those of a scope."""
    lines = offer.lines
    return {unit for unit in org_units if unit in lines and scope.isdisjoint(lines[unit])}


def is_vital(resource: Resource, each: Field) -> bool:
    """Whether an object would say nothing without the value, or DHIS2 accepts none without it."""
    return each.compulsory or each.key in resource.subject


def is_descriptive(resource: Resource, each: Field) -> bool:
    """Whether the object goes without the value: a person does, an event without a place too."""
    return resource is TRACKED_ENTITIES or each.option_set is None or each.may_be_left_out


def _is_hidden(each: Field, offer: Offer) -> bool:
    return not any(each.uid in uids for uids in offer.fields.values())


def _places(offer: Offer, needs: Needs) -> dict[str, str]:
    reasons = dict.fromkeys(needs.all_org_units - offer.lines.keys(), PLACE_MISSING)
    for scope, units in scopes_of(offer):
        found = outside(offer, needs.all_org_units, units)
        reasons = dict.fromkeys(found, PLACE_OUTSIDE[scope]) | reasons
    return reasons


def _missing_assignments(offer: Offer, needs: Needs) -> dict[str, frozenset[str]]:
    missing = {
        uid: frozenset(needs.org_units.get(uid, ())) - access.org_units
        for uid, access in offer.programs.items()
        if access is not None
    }
    return {uid: units for uid, units in missing.items() if units}


def _values(offer: Offer, needs: Needs) -> dict[str, frozenset[str]]:
    missing = {each.key: _missing_values(each, offer, needs) for each in ALL_FIELDS}
    return {key: values for key, values in missing.items() if values}


def _missing_values(each: Field, offer: Offer, needs: Needs) -> frozenset[str]:
    if each.value_type is ValueType.ORGANISATION_UNIT:
        return needs.named - offer.lines.keys()
    uid = each.option_set.uid if each.option_set else ""
    found = offer.option_sets.get(uid)
    return frozenset(needs.codes.get(uid, ())) - (found.codes if found else frozenset())


def _closed_uids(offer: Offer, needs: Needs) -> Iterator[str]:
    for program in programs_of(needs):
        access = offer.programs[program.uid]
        if access is None or not access.is_open:
            yield program.uid
        else:
            stages = stages_of(program, needs)
            yield from (each.uid for each in stages if not access.stages.get(each.uid))
