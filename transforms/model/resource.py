"""A resource: one kind of object that DHIS2 holds. `transforms.model.resources` lists them."""

from dataclasses import dataclass
from enum import StrEnum

from transforms.core.fields import Field, RetiredField


class TrackerType(StrEnum):
    """The kinds of object, those of the tracker spelled as in DHIS2's import report."""

    TRACKED_ENTITY = "TRACKED_ENTITY"
    ENROLLMENT = "ENROLLMENT"
    EVENT = "EVENT"
    DATA_VALUE = "DATA_VALUE"


class UidSource(StrEnum):
    """What the UID of generation 0 is made from."""

    UUID = "uuid"  # the key is a UUID: the seed's algorithm on it
    SALTED = "salted"  # the seed's algorithm on salt and key
    OWN = "own"  # `<resource>:<key>#0`, as for every later generation


class Scope(StrEnum):
    """What a run posts; it always compares everything."""

    OPTIONSET = "optionset"
    ORGUNIT = "orgunit"
    INSUREE = "insuree"
    POLICY = "policy"
    INSUREEPOLICIES = "insureepolicies"
    CLAIM = "claim"
    AGGREGATE = "aggregate"
    ALL = "all"


@dataclass(frozen=True)
class Resource:
    """One kind of object that DHIS2 holds.

    Attributes:
        name: Also its folder's name.
        tracker_type: Kind of object.
        table: openIMIS table whose row a reject names.
        uid_source: What the UID of generation 0 is made from.
        fields: Its values, in order.
        parent: Name of the resource that it belongs to; None for the tracked entity.
        program: UID; None for the tracked entity.
        stage: UID of the program stage of an event.
        salt: Salt of a SALTED UID.
        scopes: Scopes (besides `all`) that post it.
        owned: Whether DHIS2 keeps an owner org unit that has to follow the person (of the
            enrollment in the insuree program: an import never moves it).
        subject: Where objects are named by the number of a row: the keys of the fields that say
            what the row is of, among those of one parent; after a migration that numbers rows anew.
        retired: Values that are sent no more, and emptied where DHIS2 still holds them.
        asked_by: Setting of the country file that asks for it; None: every country that sends
            persons has it.
        unmoved_by: Signs (`transforms.openimis.tables.doubt_links`) that put none of it in doubt.
    """

    name: str
    tracker_type: TrackerType
    table: str
    uid_source: UidSource
    fields: tuple[Field, ...] = ()
    parent: str | None = None
    program: str | None = None
    stage: str | None = None
    salt: str = ""
    scopes: frozenset[Scope] = frozenset()
    owned: bool = False
    subject: tuple[str, ...] = ()
    retired: tuple[RetiredField, ...] = ()
    unmoved_by: tuple[str, ...] = ()
    asked_by: str | None = None

    @property
    def unique_fields(self) -> tuple[Field, ...]:
        """The fields of which two people cannot hold one value."""
        return tuple(field for field in self.fields if field.unique)
