"""Names in other languages: what DHIS2 lacks of them is added, object by object.

    read ─► what is missing ─► PUT /api/<class>/<uid>/translations ─► read back

It is the request of DHIS2's own app Translations, and changes nothing else of an object. Without
the setting nothing of it is read or sent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from flows.connectors.dhis2.answers import Answer
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.metadata_read import shown_objects
from staging.languages import language_named
from transforms.core.json_texts import Json, Payload
from transforms.core.language import Phrase
from transforms.dhis2.metadata_report import object_error_codes
from transforms.dhis2.tables.metadata_classes import METADATA_CLASSES
from transforms.dhis2.translations import (
    MissingTranslations,
    ObjectTranslations,
    missing_translations,
    translations_of,
)
from transforms.model.tables.option_sets import FIXED_SETS
from transforms.openimis.country import Country
from transforms.package.org_units_and_options import option_objects

FIXED = [each.uid for each in FIXED_SETS]


@dataclass(frozen=True)
class Translator:
    """Adds the translations of what set-up makes.

    Attributes:
        client: The DHIS2.
        ours: What we have of them; nothing where the country file names no language.
    """

    client: Dhis2
    ours: ObjectTranslations

    def plan(self) -> list[str]:
        """Return what is to be added, in sentences; what is yet to be made gets all of its own."""
        if not self.ours:
            return []
        present = self._present()
        missing = missing_translations(self.ours, present)
        new = sum(
            len(own)
            for kind, by_uid in self.ours.items()
            for uid, own in by_uid.items()
            if uid not in present[kind]
        )
        count = missing.added + new
        added = Phrase("{count} translations of names are to be added.", count=count)
        return [*([added] if count else []), *_doubled(missing)]

    def add(self) -> list[str]:
        """Add what DHIS2 lacks; return what was done, in sentences."""
        if not self.ours:
            return []
        missing = missing_translations(self.ours, self._present())
        if not missing.bodies:
            return [*_doubled(missing)]
        refused = [*self._put(missing)]
        left = missing_translations(self.ours, self._present()).added
        added = Phrase("{count} translations of names were added.", count=missing.added - left)
        not_stored = Phrase(
            "{count} translations of names were not stored: look at DHIS2's log, then run set-up "
            "again.",
            count=left,
        )
        return [added, *refused, *([not_stored] if left else []), *_doubled(missing)]

    def _present(self) -> dict[str, dict[str, Json]]:
        return {
            kind: shown_objects(self.client, kind, own.keys())
            for kind, own in self.ours.items()
            if own
        }

    def _put(self, missing: MissingTranslations) -> Iterator[Phrase]:
        for kind, by_uid in missing.bodies.items():
            for uid, body in by_uid.items():
                path = f"/api/{kind}/{uid}/translations"
                answer = self.client.put(path, None, {"translations": body})
                if not answer.ok:
                    yield _refused(kind, uid, answer)


def translator(
    client: Dhis2, payload: Payload, options: pl.DataFrame, country: Country
) -> Translator:
    """Return what adds the translations that a country file asks for.

    Args:
        client: The DHIS2.
        payload: The package.
        options: Those that are pushed; what openIMIS calls them is translated by nobody.
        country: Names the languages.
    """
    languages = [language_named(code) for code in country.languages.dhis2]
    if not languages:
        return Translator(client, {})
    fixed = option_objects(options.filter(pl.col("optionSet").is_in(FIXED)))
    return Translator(client, translations_of(payload | {"options": fixed}, languages))


def _doubled(missing: MissingTranslations) -> Sequence[Phrase]:
    return [
        Phrase(
            "{thing} {uid}: DHIS2 has two translations of one property into one language, so none "
            "is added. Remove one of the two in DHIS2 (Translations app).",
            thing=Phrase(METADATA_CLASSES[kind].thing),
            uid=uid,
        )
        for kind, uid in missing.doubled
    ]


def _refused(kind: str, uid: str, answer: Answer) -> Phrase:
    return Phrase(
        "{thing} {uid}: DHIS2 refused its translations ({codes}).",
        thing=Phrase(METADATA_CLASSES[kind].thing),
        uid=uid,
        codes=", ".join(object_error_codes(answer.body)) or answer.status,
    )
