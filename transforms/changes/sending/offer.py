"""What the bundles of a run need of DHIS2, and what DHIS2 offers to the user of the load."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from transforms.core.fields import Field
from transforms.core.language import message
from transforms.model.resources import (
    ASKED_RESOURCES,
    EVENT_RESOURCES,
    TRACKED_ENTITIES,
    Resource,
)
from transforms.model.tables.programs import EVERY_PROGRAM, Program, Stage

SUPERUSER = "ALL"
SEARCHES_EVERYWHERE = "F_TRACKED_ENTITY_INSTANCE_SEARCH_IN_ALL_ORGUNITS"
_KINDS: tuple[tuple[str, str, tuple[Resource, ...]], ...] = (
    ("trackedEntityAttributes", message("attributes of persons"), (TRACKED_ENTITIES,)),
    ("dataElements", message("data elements"), EVENT_RESOURCES),
)


def _fields(resources: Collection[Resource]) -> list[Field]:
    return [field for resource in resources for field in resource.fields]


FIELDS = tuple(
    (kind, what, frozenset(field.uid for field in _fields(of) if not field.optional))
    for kind, what, of in _KINDS
)
"""Class of metadata, what it is called, and the UIDs in which values are sent everywhere."""
OPTIONAL = {
    kind: frozenset(field.uid for field in _fields(of) if field.optional) for kind, _, of in _KINDS
}
"""Class of metadata to the UIDs in which values are sent where the country file says so."""


@dataclass(frozen=True)
class Needs:
    """What the bundles of a run need.

    Attributes:
        org_units: Program (UID) to org units (UIDs) in which there are enrollments or events.
        places: Org units (UIDs) of people.
        codes: Option set (UID) to codes that are used as values.
        named: Org units (UIDs) that are used as values.
        optional: UIDs of the optional fields of which there are values.
    """

    org_units: Mapping[str, Collection[str]] = field(default_factory=dict)
    places: Collection[str] = ()
    codes: Mapping[str, Collection[str]] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()

    @property
    def fields(self) -> list[tuple[str, str, frozenset[str]]]:
        """Class of metadata, what it is called, and the UIDs of what must be there."""
        return [
            (kind, what, uids | (OPTIONAL[kind] & self.optional)) for kind, what, uids in FIELDS
        ]

    @property
    def all_org_units(self) -> set[str]:
        """Every org unit that an object lies in."""
        return {*self.places, *(unit for units in self.org_units.values() for unit in units)}


def stages_of(program: Program, needs: Needs) -> list[Stage]:
    """Return the stages that DHIS2 must have: one that is asked for, if a value of its own is."""
    own = {
        each.stage: {field.uid for field in each.fields if field.optional}
        for each in ASKED_RESOURCES
    }
    return [
        stage
        for stage in program.stages
        if stage.asked_by is None or not needs.optional.isdisjoint(own[stage.uid])
    ]


def programs_of(needs: Needs) -> list[Program]:
    """Return the programs that DHIS2 must have: see `stages_of`."""
    return [each for each in EVERY_PROGRAM if each.asked_by is None or stages_of(each, needs)]


@dataclass(frozen=True)
class User:
    """The user of a load, as DHIS2 knows it.

    Attributes:
        authorities: Of all its roles.
        capture: UIDs of its capture org units.
        search: UIDs of its search org units; its capture org units where it has none.
    """

    authorities: frozenset[str]
    capture: frozenset[str]
    search: frozenset[str]

    @property
    def is_superuser(self) -> bool:
        """Whether DHIS2 refuses it nothing."""
        return SUPERUSER in self.authorities

    @property
    def searches_everywhere(self) -> bool:
        """Whether its search org units do not matter."""
        return self.is_superuser or SEARCHES_EVERYWHERE in self.authorities


@dataclass(frozen=True)
class ProgramAccess:
    """A program that the user sees.

    Attributes:
        is_open: Whether the user may read and write its data.
        stages: Stage (UID) that the user sees, to the same of the stage.
        org_units: UIDs of the org units that it is assigned to.
    """

    is_open: bool
    stages: Mapping[str, bool]
    org_units: frozenset[str]


@dataclass(frozen=True)
class OptionCodes:
    """An option set that the user sees.

    Attributes:
        name: What DHIS2 calls it.
        codes: Of its options.
    """

    name: str
    codes: frozenset[str]


@dataclass(frozen=True)
class Offer:
    """What DHIS2 shows to the user of a load.

    Attributes:
        user: The user.
        lines: Of those that are needed: org unit (UID) to the UIDs of those above it and its own.
        person_type: Whether the user may read and write data of the tracked entity type; None
            where the user does not see it.
        programs: Program (UID) to what the user may do there; None where the user does not see it.
        fields: Class of metadata to the UIDs that the user sees of those that are needed.
        option_sets: Option set (UID) to its codes; None where the user does not see it.
        is_limited: Whether DHIS2 lets the user do nothing outside its org units.
    """

    user: User
    lines: Mapping[str, Sequence[str]]
    person_type: bool | None
    programs: Mapping[str, ProgramAccess | None]
    fields: Mapping[str, frozenset[str]]
    option_sets: Mapping[str, OptionCodes | None]
    is_limited: bool = True
