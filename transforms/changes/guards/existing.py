"""Judge what DHIS2 had before us and is used in place of ours: before anything is sent.

The sentences name each thing as DHIS2 does: by its own UID. `flows/steps/target/existing.py` asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from transforms.core.errors import TargetError
from transforms.core.fields import Field, Treatment
from transforms.core.json_texts import Json
from transforms.model.existing import (
    ATTRIBUTES,
    SETS,
    InUse,
    in_use,
    named_objects,
    people_are_linked,
)
from transforms.model.privacy import Policy, policy_of
from transforms.model.resources import ALL_FIELDS
from transforms.model.tables.calendars import CALENDARS
from transforms.model.tables.programs import PERSON_TYPE
from transforms.openimis.country import Country
from transforms.requirements.faults import Fault
from transforms.requirements.tables.requirements import DHIS2_EXISTING

FIT: Mapping[str, frozenset[str]] = {
    "TEXT": frozenset({"TEXT", "LONG_TEXT"}),
    "LONG_TEXT": frozenset({"TEXT", "LONG_TEXT"}),
    "PHONE_NUMBER": frozenset({"PHONE_NUMBER", "TEXT", "LONG_TEXT"}),
    "AGE": frozenset({"AGE", "DATE"}),
    "DATE": frozenset({"AGE", "DATE"}),
}
"""Value type of ours to those that take the same values."""


@dataclass(frozen=True)
class FoundExisting:
    """What DHIS2 has of what the country file names, by our UIDs, whole.

    Attributes:
        types: The tracked entity type, if one is named.
        attributes: Attributes of persons.
        option_sets: Option sets, with the codes of their options.
        groups: Org unit groups.
        is_open: UID of the type to whether the user may read and write data of it.
    """

    types: Mapping[str, Json] = field(default_factory=dict)
    attributes: Mapping[str, Json] = field(default_factory=dict)
    option_sets: Mapping[str, Json] = field(default_factory=dict)
    groups: Mapping[str, Json] = field(default_factory=dict)
    is_open: Mapping[str, bool] = field(default_factory=dict)

    def of(self, kind: str) -> Mapping[str, Json]:
        """Return what was found of a class."""
        by_kind = (self.types, self.attributes, self.option_sets, self.groups)
        return dict(zip(KINDS, by_kind, strict=True))[kind]


KINDS: Mapping[str, str] = {
    "trackedEntityTypes": "tracked entity type",
    "trackedEntityAttributes": "attribute",
    "optionSets": "option set",
    "organisationUnitGroups": "org unit group",
}
"""Class of metadata to what it is called."""


def refuse_existing(found: FoundExisting, country: Country) -> None:
    """Refuse a DHIS2 whose own things cannot stand in place of ours.

    Raises:
        TargetError: All that is in the way, one sentence each.
    """
    if faults := [*existing_faults(found, country)]:
        listed = " ".join(f"({number}) {fault}" for number, fault in enumerate(faults, 1))
        raise TargetError(
            f"What DHIS2 has cannot be used in place of ours: {in_use(country).swap(listed)} "
            f"Nothing was written."
        )


def existing_faults(found: FoundExisting, country: Country) -> Iterator[Fault]:
    """Yield why something of DHIS2's own cannot be used in place of ours."""
    yield from _missing(found, country)
    yield from _faults_of_type(found, policy_of(country))
    yield from _faults_of_identifier(found, country)
    for each in ATTRIBUTES.values():
        if each.uid in found.attributes and each.name in country.existing.attributes:
            yield from _faults_of_attribute(each, found.attributes[each.uid], country)


def existing_notes(found: FoundExisting, country: Country, options: pl.DataFrame) -> Iterator[str]:
    """Yield what is used in place of ours, and that nothing of it changes.

    Args:
        found: What DHIS2 has.
        country: The country file.
        options: See `transforms.model.options.options`.
    """
    used = in_use(country)
    for kind, thing in KINDS.items():
        for uid, its in found.of(kind).items():
            named = f" {its['name']!r}" if its.get("name") else ""
            yield used.swap(
                f"In place of ours: {thing} {uid}{named} of DHIS2; nothing of it changes."
            )
    for uid in _demanded(found):
        yield used.swap(
            f"DHIS2 demands a value of {uid} of each person: whoever has none is a reject (E1090), "
            f"also who is deleted in openIMIS and has claims. Its owner can make it optional."
        )
    for uid, its in found.option_sets.items():
        yield from _missing_codes(uid, its, options, used)


def _missing(found: FoundExisting, country: Country) -> Iterator[Fault]:
    for kind, uids in named_objects(country).items():
        for uid in sorted(uids - found.of(kind).keys()):
            yield Fault(
                DHIS2_EXISTING,
                f"The {KINDS[kind]} {uid} is not in DHIS2, or hidden from the user",
                "; or let its owner share it with the user",
            )
    for uid, may in found.is_open.items():
        if not may and uid in found.types:
            yield Fault(
                DHIS2_EXISTING,
                f"The tracked entity type {uid} does not let the user read and write data",
                "; or let its owner share it with the user group data-capture",
            )


def _faults_of_type(found: FoundExisting, policy: Policy) -> Iterator[Fault]:
    """Yield the values that DHIS2 demands of each person, and that we do not send of each."""
    sent = {each.uid for each in ATTRIBUTES.values() if policy[each.key] is not Treatment.DROP}
    for uid in _demanded(found):
        if not (uid in sent and uid in found.attributes):
            yield Fault(
                DHIS2_EXISTING,
                f"The tracked entity type demands a value of the attribute {uid} of each person, "
                f"and none is sent",
                f"; or name it in existing.attributes and send it ([privacy]); or let its owner "
                f"make {uid} optional in the type",
            )


def _faults_of_identifier(found: FoundExisting, country: Country) -> Iterator[Fault]:
    """Yield that DHIS2 neither shows nor finds people of the type by their number."""
    number, shown = in_use(country).identifier, _links_of_type(found)
    if number and number.uid not in {link["trackedEntityAttribute"]["id"] for link in shown}:
        yield Fault(
            DHIS2_EXISTING,
            f"The attribute {number.uid}, by which people are to be known, is none of the tracked "
            f"entity type's",
        )


def _links_of_type(found: FoundExisting) -> Sequence[Json]:
    return (found.types.get(PERSON_TYPE) or {}).get("trackedEntityTypeAttributes") or ()


def _demanded(found: FoundExisting) -> list[str]:
    """Return the attributes of which DHIS2 demands a value of each person of the type."""
    links = _links_of_type(found)
    return [link["trackedEntityAttribute"]["id"] for link in links if link.get("mandatory")]


def _faults_of_attribute(ours: Field, theirs: Json, country: Country) -> Iterator[Fault]:
    what = f"The attribute {ours.uid} ({theirs.get('name')}), used for {ours.name!r},"
    needed = CALENDARS[country.dhis2.calendar].value_type(ours.value_type)
    allowed = FIT.get(needed, frozenset({needed}))
    if (found := theirs.get("valueType")) not in allowed:
        yield Fault(
            DHIS2_EXISTING, f"{what} is of type {found}, and not of {' or '.join(sorted(allowed))}"
        )
    if theirs.get("generated"):
        pattern = theirs.get("pattern") or "its pattern"
        yield Fault(DHIS2_EXISTING, f"{what} gets its values from DHIS2 ({pattern})")
    if theirs.get("confidential"):
        yield Fault(DHIS2_EXISTING, f"{what} is confidential: nobody is found by it")
    yield from _faults_of_options(what, ours, theirs)
    yield from _faults_of_uniqueness(what, ours, theirs, country)


def _faults_of_options(what: str, ours: Field, theirs: Json) -> Iterator[Fault]:
    found = (theirs.get("optionSet") or {}).get("id")
    needed = ours.option_set.uid if ours.option_set else None
    if found != needed:
        yield Fault(
            DHIS2_EXISTING,
            f"{what} has the option set {found or 'none'}, and existing.option_sets says "
            f"{needed or 'none'}",
        )


def _faults_of_uniqueness(
    what: str, ours: Field, theirs: Json, country: Country
) -> Iterator[Fault]:
    if not theirs.get("unique"):
        return
    is_identifier = in_use(country).identifier is ours
    if not people_are_linked(country) or not is_identifier:
        yield Fault(
            DHIS2_EXISTING,
            f"{what} is unique: DHIS2 would refuse whoever has a value that somebody has already",
            "" if ours.option_set else '; or make it existing.identifier, with people = "link"',
        )


def _missing_codes(uid: str, theirs: Json, options: pl.DataFrame, used: InUse) -> Iterator[str]:
    """Yield how many codes of openIMIS have no option in a set that is theirs."""
    words = next(
        (used.words[each.key] for each in ALL_FIELDS
         if each.option_set and each.option_set.uid == uid and each.key in used.words), None,
    )  # fmt: skip
    codes = set(options.filter(optionSet=uid)["code"])
    named = codes if words is None else {words.get(code, "") for code in codes}
    there = {option["code"] for option in theirs.get("options") or () if option}
    if lacking := named - there:
        name = next(name for name, each in SETS.items() if each.uid == uid)
        yield (
            f"{len(lacking)} of the {len(codes)} codes that openIMIS has for {name} are not in "
            f"DHIS2's option set {theirs.get('name')!r}: such values are left out. Say in "
            f"existing.values what they mean, or let its owner add them."
        )
