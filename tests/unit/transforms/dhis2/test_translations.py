"""Names in other languages are merged with what DHIS2 has: none is changed, none is doubled."""

from typing import Any

from transforms.core.language import Language, Phrase
from transforms.dhis2.translations import (
    MissingTranslations,
    missing_translations,
    translations_of,
)

FRENCH = Language("fr", {"Person": "Personne", "Claims": "Demandes", "{what} (x)": "{what} (y)"})
PORTUGUESE = Language("pt", {"Person": "Pessoa"})
PERSON = {"id": "Uid00000001", "name": "Person", "shortName": "Person", "valueType": "TEXT"}


def row(key: str, locale: str, value: str) -> dict[str, str]:
    return {"property": key, "locale": locale, "value": value}


def missing(present: dict[str, Any] | None, ours: dict[str, Any] = PERSON) -> MissingTranslations:
    kind = "trackedEntityTypes"
    found = {} if present is None else {ours["id"]: present}
    return missing_translations(translations_of({kind: [ours]}, [FRENCH]), {kind: found})


def body(found: MissingTranslations) -> list[dict[str, str]]:
    [by_uid] = found.bodies.values()
    [rows] = by_uid.values()
    return rows


def test_each_text_in_each_language_has_dhis2s_own_key() -> None:
    found = translations_of({"trackedEntityTypes": [PERSON]}, [FRENCH, PORTUGUESE])

    assert [each.as_json() for each in found["trackedEntityTypes"]["Uid00000001"]] == [
        row("NAME", "fr", "Personne"),
        row("SHORT_NAME", "fr", "Personne"),
        row("NAME", "pt", "Pessoa"),
        row("SHORT_NAME", "pt", "Pessoa"),
    ]


def test_what_reads_the_same_or_is_no_text_of_ours_has_none() -> None:
    things = [PERSON | {"name": "Nobody", "shortName": "N"}]

    assert translations_of({"trackedEntityTypes": things}, [FRENCH]) == {"trackedEntityTypes": {}}
    assert translations_of({"organisationUnits": [PERSON]}, [FRENCH]) == {}


def test_of_some_classes_dhis2_translates_the_name_alone() -> None:
    role = {"id": "Uid00000002", "name": "Person", "description": "Claims"}

    [own] = translations_of({"userRoles": [role]}, [FRENCH])["userRoles"].values()
    assert [each.name for each in own] == ["name"]


def test_a_short_name_that_is_too_long_is_cut_and_marked_by_its_uid() -> None:
    long = Language("fr", {"Person": "P" * 60})

    [own] = (
        translations_of({"trackedEntityTypes": [PERSON]}, [long]).get("trackedEntityTypes").values()
    )
    assert [each.value for each in own] == ["P" * 60, "P" * 44 + " Uid00"]


def test_a_phrase_is_compared_as_the_text_that_dhis2_shows() -> None:
    ours = PERSON | {"name": Phrase("{what} (x)", what=Phrase("Claims")), "shortName": "C"}
    found = missing({"id": "Uid00000001", "name": "Claims (x)", "shortName": "C"}, ours)

    assert body(found) == [row("NAME", "fr", "Demandes (y)")]


def test_all_is_missing_where_dhis2_has_none() -> None:
    found = missing(dict(PERSON))

    assert found.added == 2
    assert body(found) == [row("NAME", "fr", "Personne"), row("SHORT_NAME", "fr", "Personne")]


def test_what_is_there_is_sent_along_as_it_is() -> None:
    there = [row("NAME", "fr", "Assuré"), row("NAME", "sw", "Mtu"), row("DESCRIPTION", "fr", "…")]
    found = missing(PERSON | {"translations": there})

    assert found.added == 1
    assert body(found) == [*there, row("SHORT_NAME", "fr", "Personne")]


def test_nothing_is_missing_of_what_is_complete_or_not_there() -> None:
    whole = [row("NAME", "fr", "Personne"), row("SHORT_NAME", "fr", "Personne")]

    assert missing(PERSON | {"translations": whole}).bodies == {}
    assert missing(None).bodies == {}


def test_a_text_that_dhis2_has_otherwise_gets_none() -> None:
    found = missing(PERSON | {"name": "Beneficiary"})

    assert body(found) == [row("SHORT_NAME", "fr", "Personne")]


def test_an_object_with_two_of_one_property_and_language_gets_none_and_is_named() -> None:
    twice = [row("NAME", "sw", "Mtu"), row("NAME", "sw", "Watu")]
    found = missing(PERSON | {"translations": twice})

    assert found.bodies == {}
    assert found.doubled == [("trackedEntityTypes", "Uid00000001")]
