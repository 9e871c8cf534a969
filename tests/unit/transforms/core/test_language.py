"""A text is English, and can be said in another language with the same values."""

import pickle

import orjson
import pytest

from transforms.core.language import ENGLISH, Language, Phrase

FRENCH = Language(
    "fr",
    {
        ",": "\u202f",
        "{count} of {of:,} rows": "{count} lignes sur {of:,}",
        "Female": "Femmes",
        "{measure} ({part})": "{measure} ({part})",
        "Individuals": "Personnes",
    },
)


def test_english_is_the_text_itself() -> None:
    phrase = Phrase("{count} of {of:,} rows", count=5, of=12_000)

    assert phrase == "5 of 12,000 rows"
    assert ENGLISH.of(phrase) == ENGLISH.text(phrase.message, **phrase.values) == str(phrase)
    assert ENGLISH.number(1_234_567) == "1,234,567"


def test_another_language_has_its_own_words_and_signs() -> None:
    assert FRENCH.text("{count} of {of:,} rows", count=5, of=12_000) == "5 lignes sur 12\u202f000"
    assert FRENCH.of(Phrase("{count} of {of:,} rows", count=5, of=7)) == "5 lignes sur 7"
    assert FRENCH.number(1_234_567) == "1\u202f234\u202f567"


def test_what_has_no_translation_stays_english() -> None:
    assert FRENCH.text("nothing of {what}", what="this") == "nothing of this"
    assert FRENCH.of("Male") == "Male"


def test_phrases_within_a_phrase_are_translated_and_data_are_not() -> None:
    whole = Phrase("{measure} ({part})", measure=Phrase("Individuals"), part=Phrase("Female"))
    data = Phrase("{measure} ({part})", measure=Phrase("Individuals"), part="Female")

    assert FRENCH.of(whole) == "Personnes (Femmes)"
    assert FRENCH.of(data) == "Personnes (Female)"


def test_braces_in_a_value_or_in_a_text_without_values_are_letters() -> None:
    assert Phrase("{what}", what="{x}") == "{x}"
    assert FRENCH.of(Phrase("{x} as it is written")) == "{x} as it is written"


def test_a_phrase_is_a_text_for_everything_else() -> None:
    phrase = Phrase("{one}, {other}", one="a", other=Phrase("Female"))
    again = pickle.loads(pickle.dumps(phrase))

    assert orjson.dumps({"name": phrase}) == b'{"name":"a, Female"}'
    assert (again, again.message, again.values) == (phrase, phrase.message, phrase.values)
    assert FRENCH.of(again) == "a, Femmes"


def test_a_phrase_may_be_shown_shorter_in_english() -> None:
    phrase = Phrase.shown_as("Ind", "Individuals")

    assert phrase == "Ind"
    assert FRENCH.of(phrase) == "Personnes"


def test_a_place_without_a_value_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        Phrase("{what}", other="x")
