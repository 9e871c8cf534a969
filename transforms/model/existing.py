"""Which metadata of DHIS2's own stand in place of ours, and by what a person there is known.

country file ──► in_use ─┬─► renaming        UIDs change places, at the door of the connector
                         ├─► words           codes of option sets as DHIS2 has them
                         └─► identifier      of a person who is there already
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from transforms.core.errors import CountryError
from transforms.core.fields import Field, OptionSet, Treatment, ValueType
from transforms.core.renaming import AS_OURS, Renaming
from transforms.model.privacy import policy_of
from transforms.model.resources import ALL_FIELDS
from transforms.model.tables.insuree import INSURANCE_NUMBER, INSUREE_FIELDS
from transforms.model.tables.option_sets import OPTION_SETS
from transforms.model.tables.programs import PERSON_TYPE
from transforms.model.values import field_reason, with_notes
from transforms.openimis.country import Country
from transforms.openimis.existing_settings import LINK
from transforms.openimis.tables.places import GROUP_SETS

NamedObjects = Mapping[str, frozenset[str]]
"""Class of metadata to our UIDs of those in whose place a DHIS2 has its own."""

ATTRIBUTES: Mapping[str, Field] = {each.name: each for each in INSUREE_FIELDS}
SETS: Mapping[str, OptionSet] = {each.name: each for each in OPTION_SETS}
GROUPS: Mapping[str, Mapping[str, str]] = {
    group_set.key: {group.key: group.uid for group in group_set.groups} for group_set in GROUP_SETS
}
"""Key of a group set to key of a group to its UID."""


@dataclass(frozen=True)
class InUse:
    """What of DHIS2's own a country uses in place of ours.

    Attributes:
        renaming: Our UIDs and theirs.
        attributes: Keys of the values of a person whose attribute is theirs.
        option_sets: Our UIDs of the option sets that are theirs: their options are never pushed.
        words: Key of a field to openIMIS's code to DHIS2's.
        identifier: By what a person who is there already is known; None where nobody asks.
    """

    renaming: Renaming = AS_OURS
    attributes: frozenset[str] = frozenset()
    option_sets: frozenset[str] = frozenset()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    identifier: Field | None = None

    def swap(self, text: str) -> str:
        """Return a text for people: things are called as DHIS2 calls them."""
        return self.renaming.swap_text(text)


def in_use(country: Country, source: str = "The country file") -> InUse:
    """Return what of DHIS2's own is used in place of ours.

    Args:
        country: The country file.
        source: Its name, for the error message.

    Raises:
        CountryError: The section `existing` names what there is not, or what cannot be.
    """
    _refuse_faults(country, source)
    section = country.existing
    sets = {SETS[name].uid: uid for name, uid in section.option_sets.items()}
    return InUse(
        renaming=Renaming(_uids(country)),
        attributes=frozenset(ATTRIBUTES[name].key for name in section.attributes),
        option_sets=frozenset(sets),
        words={
            each.key: section.values[each.option_set.name]
            for each in ALL_FIELDS
            if each.option_set and each.option_set.name in section.values
        },
        identifier=ATTRIBUTES[section.identifier or ""] if section.people == LINK else None,
    )


def people_are_linked(country: Country) -> bool:
    """Return whether a person who is in DHIS2 already is enrolled, and nobody made beside."""
    return country.existing.people == LINK


def numbers_of_one(used: InUse) -> list[str]:
    """Return the keys of the numbers that one person alone may have."""
    own = [used.identifier.key] if used.identifier else []
    return list(dict.fromkeys([INSURANCE_NUMBER.key, *own]))


def named_objects(country: Country) -> NamedObjects:
    """Return what the country file names, by our UIDs."""
    section = country.existing
    return {
        "trackedEntityTypes": frozenset([PERSON_TYPE] if section.tracked_entity_type else []),
        "trackedEntityAttributes": frozenset(ATTRIBUTES[name].uid for name in section.attributes),
        "optionSets": frozenset(SETS[name].uid for name in section.option_sets),
        "organisationUnitGroups": frozenset(
            GROUPS[group_set][group]
            for group_set, groups in section.org_unit_groups.items()
            for group in groups
        ),
    }


def with_words(rows: pl.LazyFrame, fields: Sequence[Field], used: InUse) -> pl.LazyFrame:
    """Return desired objects with the codes that DHIS2 has in place of openIMIS's.

    Args:
        rows: One column a field, by its key; notes.
        fields: The fields of the resource.
        used: What of DHIS2's own is used.

    Returns:
        The same rows. A code for which the country file has none is left out, with a note.
    """
    for each in fields:
        if words := used.words.get(each.key):
            word = pl.col(each.key).replace_strict(words, default=None, return_dtype=pl.String)
            is_unknown = pl.col(each.key).is_not_null() & word.is_null()
            noted = with_notes(rows, {field_reason(each, "_without_word"): is_unknown})
            rows = noted.with_columns(word.alias(each.key))
    return rows


def pushed_options(options: pl.LazyFrame, used: InUse) -> pl.LazyFrame:
    """Return the options of our own sets; those of a set that is theirs are never written."""
    theirs = sorted(used.option_sets)
    return options.filter(~pl.col("optionSet").is_in(theirs)) if theirs else options


def in_its_words(text: str, used: InUse) -> str:
    """Return an expression of a figure in which codes are those that DHIS2 has."""
    for each in ALL_FIELDS:
        for code, word in used.words.get(each.key, {}).items():
            for compares in ("==", "!="):
                operand = f"{each.uid}}} {compares} "
                text = text.replace(f"{operand}'{code}'", f"{operand}'\0{word}'")
    return text.replace("\0", "")


def _uids(country: Country) -> dict[str, str]:
    """Return our UIDs and theirs, but those that are the same."""
    section = country.existing
    pairs = {ATTRIBUTES[name].uid: uid for name, uid in section.attributes.items()}
    pairs |= {SETS[name].uid: uid for name, uid in section.option_sets.items()}
    pairs |= {
        GROUPS[group_set][group]: uid
        for group_set, groups in section.org_unit_groups.items()
        for group, uid in groups.items()
    }
    if section.tracked_entity_type:
        pairs[PERSON_TYPE] = section.tracked_entity_type
    return {ours: theirs for ours, theirs in pairs.items() if ours != theirs}


def _refuse_faults(country: Country, source: str) -> None:
    if faults := [*_unknown_names(country), *_unfit(country), *_doubled(country)]:
        raise CountryError(f"{source} says what cannot be: {' '.join(faults)} Nothing was done.")


def _unknown_names(country: Country) -> Iterator[str]:
    section = country.existing
    yield from _not_among("existing.attributes", section.attributes, ATTRIBUTES)
    yield from _not_among("existing.option_sets", section.option_sets, SETS)
    yield from _not_among("existing.values", section.values, section.option_sets)
    yield from _not_among("existing.org_unit_groups", section.org_unit_groups, GROUPS)
    for group_set, groups in section.org_unit_groups.items():
        allowed = GROUPS.get(group_set, groups)
        yield from _not_among(f"existing.org_unit_groups.{group_set}", groups, allowed)


def _not_among(
    key: str, found: Mapping[str, object], allowed: Mapping[str, object]
) -> Iterator[str]:
    for name in found:
        if name not in allowed:
            yield f"{key}: found {name!r}; allowed are {', '.join(sorted(allowed)) or 'none'}."


def _unfit(country: Country) -> Iterator[str]:
    """Yield what does not fit together."""
    section = country.existing
    for name in section.attributes:
        option_set = ATTRIBUTES[name].option_set if name in ATTRIBUTES else None
        if option_set and option_set.name not in section.option_sets:
            yield (
                f"existing.attributes: {name!r} is a value of the option set {option_set.name!r}; "
                f"name that of DHIS2 in existing.option_sets."
            )
    if section.people == LINK:
        if section.tracked_entity_type is None:
            yield "existing.people: found 'link' without existing.tracked_entity_type; name it."
        yield from _unfit_identifier(country)


def _unfit_identifier(country: Country) -> Iterator[str]:
    section = country.existing
    fit = [
        name
        for name in section.attributes
        if name in ATTRIBUTES
        and ATTRIBUTES[name].value_type is ValueType.TEXT
        and ATTRIBUTES[name].option_set is None
    ]
    if section.identifier not in fit:
        allowed = ", ".join(fit) or "none: name its attribute in existing.attributes"
        yield f"existing.identifier: found {section.identifier!r}; allowed are {allowed}."
    elif policy_of(country)[ATTRIBUTES[section.identifier].key] is not Treatment.SEND:
        treatment = policy_of(country)[ATTRIBUTES[section.identifier].key]
        yield (
            f"existing.identifier: found {section.identifier!r}, which is not sent as it is "
            f"(privacy: {treatment.value}); what is dropped or a pseudonym is nobody's number in "
            f"DHIS2. Send it ([privacy]), or leave out existing.identifier and existing.people."
        )


def _doubled(country: Country) -> Iterator[str]:
    """Yield UIDs that would stand for two things."""
    pairs = _uids(country) if not [*_unknown_names(country)] else {}
    theirs = list(pairs.values())
    for uid in sorted({uid for uid in theirs if theirs.count(uid) > 1 or uid in pairs}):
        yield f"existing: {uid} stands for two things; each has an object of its own."
