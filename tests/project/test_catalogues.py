"""Every text that people read is in every language, complete, and with its places for values."""

import string

import pytest

from staging.languages import FOLDER, language_named
from tests.project.catalogue import catalogue, everything, messages
from transforms.core.language import LANGUAGES, THOUSANDS, TRANSLATED
from transforms.dhis2.tables.translation_keys import NAMED_BY_THE_COUNTRY
from transforms.dhis2.translations import translations_of
from transforms.model.resources import ALL_FIELDS
from transforms.model.tables.name_lengths import LONGEST_NAME, LONGEST_SHORT_NAME
from transforms.package.tables.program_indicators import MEASURES

NO_BREAK = ("\u00a0", "\u202f")
NAMES = everything()
"""What set-up makes of a country that asks for everything."""
STALE = "run `make catalogue`, and translate what is new"


def places(text: str) -> list[str]:
    """The names of the places for values."""
    return sorted({name for _, name, _, _ in string.Formatter().parse(text) if name})


def translations(code: str) -> dict[str, str]:
    return {each.id: each.string for each in catalogue(code) if each.id}


def test_each_language_but_english_has_a_catalogue_and_no_catalogue_is_of_another() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.po")) == sorted(TRANSLATED)
    assert "en" in LANGUAGES
    assert language_named("en").texts == {}
    assert language_named("a language that nobody has").code == "en"


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_has_what_is_said_and_nothing_else(code: str) -> None:
    said, found = set(messages()), set(translations(code))

    assert said - found == set(), STALE
    assert found - said == set(), STALE
    assert list(catalogue(code).obsolete) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_names_no_person_and_no_address(code: str) -> None:
    headers = dict(catalogue(code).mime_headers)

    assert headers["Last-Translator"] == "openimis-to-dhis2"
    assert [text for text in headers.values() if "@" in text or "FULL NAME" in text] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_nothing_is_without_a_translation(code: str) -> None:
    assert [text for text, own in translations(code).items() if not own] == []
    assert [each.id for each in catalogue(code) if each.fuzzy and each.id] == []
    assert language_named(code).texts == translations(code)


@pytest.mark.parametrize("code", TRANSLATED)
def test_each_translation_has_the_places_of_its_text(code: str) -> None:
    texts = {text: own for text, own in translations(code).items() if "{" in text + own}

    assert [text for text, own in texts.items() if places(text) != places(own)] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_lines_stay_lines_and_headings_stay_headings(code: str) -> None:
    for text, own in translations(code).items():
        assert text.count("\n") == own.count("\n"), text
        assert text.split(" ")[0].count("#") == own.split(" ")[0].count("#"), text
        assert own == own.strip(" ") or text != text.strip(" "), text
        assert "|" not in own, text


def test_french_has_its_own_signs() -> None:
    for text, own in translations("fr").items():
        assert not any(f" {sign}" in own for sign in ":;?!»"), text
    assert translations("fr")[THOUSANDS] in NO_BREAK


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_name_in_dhis2_is_as_long_as_dhis2_shows(code: str) -> None:
    for kind, by_uid in translations_of(NAMES, [language_named(code)]).items():
        for uid, own in by_uid.items():
            lengths = {each.name: len(each.value) for each in own}
            assert lengths.get("name", 0) <= LONGEST_NAME, (kind, uid)
            assert lengths.get("shortName", 0) <= LONGEST_SHORT_NAME, (kind, uid)


@pytest.mark.parametrize("code", TRANSLATED)
@pytest.mark.parametrize("name", ["name", "shortName"])
def test_what_has_two_names_in_english_has_two_in_every_language(code: str, name: str) -> None:
    language = language_named(code)
    for kind, things in NAMES.items():
        ours = {thing["id"]: thing[name] for thing in things if thing.get(name)}
        other = (
            {
                uid: next((each.value for each in own if each.name == name), None)
                for uid, own in translations_of({kind: things}, [language])[kind].items()
            }
            if kind not in NAMED_BY_THE_COUNTRY
            else {}
        )
        shown = {uid: other.get(uid) or text for uid, text in ours.items()}
        assert len(set(shown.values())) == len(set(ours.values())), kind


@pytest.mark.parametrize("code", TRANSLATED)
def test_short_names_of_fields_and_measures_need_not_be_cut(code: str) -> None:
    texts = translations(code)
    fields = [each.short_name or each.name for each in ALL_FIELDS]
    measures = [each.short for each in MEASURES]

    assert [text for text in [*fields, *measures] if len(texts[text]) > LONGEST_SHORT_NAME] == []
