"""Every text that people read is in every language, complete, and with its places for values."""

import string

import pytest

from staging.languages import FOLDER, language_named
from tests.project.catalogue import catalogue, messages
from transforms.core.language import LANGUAGES, THOUSANDS, TRANSLATED

NO_BREAK = ("\u00a0", "\u202f")
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
