"""The words that the tables of truth use."""

from dataclasses import dataclass, field
from enum import StrEnum


class ValueType(StrEnum):
    """DHIS2 value types that are used here."""

    TEXT = "TEXT"
    LONG_TEXT = "LONG_TEXT"
    NUMBER = "NUMBER"
    INTEGER_ZERO_OR_POSITIVE = "INTEGER_ZERO_OR_POSITIVE"
    DATE = "DATE"
    AGE = "AGE"
    PHONE_NUMBER = "PHONE_NUMBER"
    ORGANISATION_UNIT = "ORGANISATION_UNIT"


class Privacy(StrEnum):
    """How close a value is to a person, and how much it may harm.

    A sensitive value says of what somebody is ill, or who is poor. It is sent unless the country
    file drops it: the figures that DHIS2 is filled for are made of it, and no release may take
    away what a country has decided to send. It is harmless only as long as nobody knows whose it
    is, so it weighs whenever names or numbers are let out.
    """

    OPEN = "open"
    QUASI = "quasi"
    DIRECT = "direct"
    SENSITIVE = "sensitive"


class Treatment(StrEnum):
    """What the privacy policy does with a value before it may leave."""

    SEND = "send"
    PSEUDONYM = "pseudonym"
    GENERALISE = "generalise"
    DROP = "drop"


@dataclass(frozen=True)
class OptionSet:
    """A DHIS2 option set.

    Attributes:
        uid: The seed's UID where the seed has the set.
        name: Name in DHIS2.
        code: Code in DHIS2.
        salt: Salt of the options' UIDs (`uids.hashed_uid(code, salt)`): the set's own name here.
        codes: For a fixed set: openIMIS's code (as text) to the option's code; None where the
            options are filled from openIMIS.
        table: For a filled set: the openIMIS table its options come from.
        code_column: Column of `table` that is the option's code.
        name_column: Column of `table` that follows the code in the option's name.
        option_uids: The seed's UIDs of fixed options, by option code.
    """

    uid: str
    name: str
    code: str
    salt: str
    codes: dict[str, str] | None = None
    table: str | None = None
    code_column: str | None = None
    name_column: str | None = None
    option_uids: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Field:
    """A value that DHIS2 holds: a tracked entity attribute or a data element.

    Attributes:
        key: The name of the value's column in the frames `desired`, `changes` and `acknowledged`:
            plain English in snake_case. It never changes, since acknowledged states are named by
            it. A field that two resources share has one key; no two fields share one.
        uid: UID of the attribute or data element.
        name: Name in DHIS2, unique in its class.
        value_type: DHIS2 value type.
        column: openIMIS's column where the value is that column untouched (in a working frame it
            has its name in the register: `transforms.openimis.subjects.column_of`); else the column
            that a transform makes, in snake_case.
        table: openIMIS table of `column`; None where a transform makes it.
        made_of: One sentence for the mapping page: where a made value comes from.
        option_set: The option set that the value is a code of.
        code: Code in DHIS2, or None.
        short_name: At most 50 characters; the name where None.
        privacy: Class of the value; what happens to it is the country's privacy policy.
        unique: A unique tracked entity attribute: two people cannot hold one value.
        compulsory: A data element that a COMPLETED event must have.
        aggregation: DHIS2 aggregation type.
        falls_due: A day that follows from older data: it changes though openIMIS does not.
        optional: Sent only where the country file says so, whatever its class: what releases sent
            before stays as it was. It holds nothing back: a value that is no good is left out.
        follows: Another optional field, with which it is sent; the country file does not name it.
        descriptive: Of an event: what DHIS2 would not take is left out with a note, and the event
            is sent; of other events it is a fault.
    """

    key: str
    uid: str
    name: str
    value_type: ValueType
    column: str
    table: str | None = None
    made_of: str = ""
    option_set: OptionSet | None = None
    code: str | None = None
    short_name: str | None = None
    privacy: Privacy = Privacy.OPEN
    unique: bool = False
    compulsory: bool = False
    aggregation: str = "NONE"
    falls_due: bool = False
    optional: bool = False
    follows: "Field | None" = None
    descriptive: bool = False

    @property
    def may_be_left_out(self) -> bool:
        """Whether its object, which is an event, goes without a value that DHIS2 would not take."""
        return self.optional or self.descriptive


@dataclass(frozen=True)
class RetiredField:
    """A value that is sent no more, and that DHIS2 may still hold: it is emptied there.

    Attributes:
        key: As of `Field`.
        uid: UID of the attribute or data element.
    """

    key: str
    uid: str
