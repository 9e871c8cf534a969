"""Names in other languages, as DHIS2's own translations of the objects of the package.

    object ─► its texts in each language ─┐
                                          ├─► those that DHIS2 has none of, beside all that it has
    DHIS2's translations ─────────────────┘

A translation that DHIS2 has stays, whoever made it. None is added to a text that DHIS2 has
otherwise than we: an operator has named it. An object that has two translations of one property
into one language DHIS2 would not take back (E1106), so it gets none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from transforms.core.json_texts import Json, Payload
from transforms.core.language import Language
from transforms.dhis2.tables.metadata_classes import Present
from transforms.dhis2.tables.translation_keys import (
    NAMED_BY_THE_COUNTRY,
    ONLY_THE_NAME,
    TRANSLATION_KEYS,
)
from transforms.model.tables.name_lengths import LONGEST_NAME, LONGEST_SHORT_NAME

_LONGEST = {"name": LONGEST_NAME, "shortName": LONGEST_SHORT_NAME}
_MARK = 5
"""Letters of the UID behind a text that is cut, so that no two become one."""


@dataclass(frozen=True)
class Translation:
    """One text of an object in another language.

    Attributes:
        name: The property.
        text: In English, as the package has it.
        locale: The language.
        value: In that language.
    """

    name: str
    text: str
    locale: str
    value: str

    @property
    def key(self) -> tuple[str, str]:
        """Of what DHIS2 has one translation at most."""
        return TRANSLATION_KEYS[self.name], self.locale

    def as_json(self) -> Json:
        """Return it as DHIS2 has it."""
        return {"property": TRANSLATION_KEYS[self.name], "locale": self.locale, "value": self.value}


ObjectTranslations = Mapping[str, Mapping[str, Sequence[Translation]]]
"""Plural name of a class to UID to translations."""


@dataclass
class MissingTranslations:
    """What DHIS2 lacks of translations.

    Attributes:
        bodies: Class to UID to all translations that the object is to have.
        added: How many of these are ours.
        doubled: Class and UID of the objects that DHIS2 would not take back.
    """

    bodies: dict[str, dict[str, list[Json]]] = field(default_factory=dict)
    added: int = 0
    doubled: list[tuple[str, str]] = field(default_factory=list)


def translations_of(payload: Payload, languages: Iterable[Language]) -> ObjectTranslations:
    """Return the texts of each object in each language; what reads the same has none."""
    spoken = list(languages)
    return {
        kind: {
            thing["id"]: own
            for thing in things
            if (own := [each for language in spoken for each in _of(kind, thing, language)])
        }
        for kind, things in payload.items()
        if kind not in NAMED_BY_THE_COUNTRY
    }


def missing_translations(ours: ObjectTranslations, present: Present) -> MissingTranslations:
    """Return what is to be added to objects.

    Args:
        ours: See `translations_of`.
        present: The objects as DHIS2 shows them, with `translations`; of one that is not there,
            nothing is missing.
    """
    missing = MissingTranslations()
    for kind, by_uid in ours.items():
        for uid, own in by_uid.items():
            if (thing := present.get(kind, {}).get(uid)) is not None:
                _compare(kind, thing, own, missing)
    return missing


def _of(kind: str, thing: Json, language: Language) -> Iterator[Translation]:
    names = ("name",) if kind in ONLY_THE_NAME else TRANSLATION_KEYS
    for name in names:
        text = thing.get(name)
        if isinstance(text, str) and (value := language.of(text)) != text:
            yield Translation(name, str(text), language.code, _fitting(name, value, thing["id"]))


def _fitting(name: str, value: str, uid: str) -> str:
    longest = _LONGEST.get(name, len(value))
    if len(value) <= longest:
        return value
    return f"{value[: longest - _MARK - 1]} {uid[:_MARK]}"


def _compare(
    kind: str, thing: Json, own: Sequence[Translation], missing: MissingTranslations
) -> None:
    there = thing.get("translations") or []
    keys = [(each.get("property"), each.get("locale")) for each in there]
    if len(set(keys)) < len(keys):
        missing.doubled.append((kind, thing["id"]))
        return
    new = [each for each in own if each.key not in keys and thing.get(each.name) == each.text]
    if new:
        added = [each.as_json() for each in new]
        missing.bodies.setdefault(kind, {})[thing["id"]] = [*there, *added]
        missing.added += len(new)
