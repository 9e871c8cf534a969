"""When two names are one place's, and when they only look so."""

import polars as pl
import pytest

from transforms.matching.names import (
    NAME_FORMS,
    common_words,
    similarity,
    with_forms,
    with_rare_words,
)
from transforms.openimis.match_settings import MatchSettings

ACCEPT = MatchSettings().accept_score


def score(one: str | None, other: str | None, *common: str, **more: list[str]) -> float:
    settings = MatchSettings(**more)  # type: ignore[arg-type]
    sides = [
        with_rare_words(
            with_forms(pl.DataFrame({"name": [name]}, schema={"name": pl.String}), settings),
            pl.Series(common, dtype=pl.String),
        ).select(NAME_FORMS)
        for name in (one, other)
    ]
    return float(similarity(*sides)[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Kitua", "KITUA", id="capitals"),
        pytest.param("Centre de Santé Thiès", "Centre de sante Thies", id="accents"),
        pytest.param("Kitua Health Centre", "Kitua HC", id="a word for what it is"),
        pytest.param("Kitua H/C", "C.S. Kitua", id="another language and order"),
        pytest.param("Kitua II", "Kitua 2", id="Roman numbers"),
        pytest.param("Kitua 02", "Kitua 2", id="a leading zero"),
        pytest.param("N'Djamena", "Ndjamena", id="an apostrophe"),
        pytest.param("Kiso-Koni", "Kisokoni", id="a hyphen"),
        pytest.param("Mission Kitua", "Kitua Mission", id="the order of words"),
        pytest.param("स्वास्थ्य चौकी", "स्वास्थ्य  चौकी", id="another script"),
    ],
)
def test_names_that_differ_only_in_how_they_are_written_are_the_same(one: str, other: str) -> None:
    assert score(one, other) == 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Kitua Hospital", "Kitua Dispensary", id="another kind of facility"),
        pytest.param("Kitua 1", "Kitua 2", id="another number"),
        pytest.param("Mwanzakulunga II", "Mwanzakulunga III", id="another Roman number"),
        pytest.param("Mwanzakulunga A", "Mwanzakulunga B", id="another letter"),
        pytest.param("Mwanakwerekwetu North", "Mwanakwerekwetu South", id="another side"),
        pytest.param("Kitua", "Kitua 2", id="a number on one side only"),
        pytest.param("Bamako", "Tamako", id="another first letter"),
        pytest.param(None, None, id="no name at all"),
    ],
)
def test_names_of_two_places_are_never_similar_enough(one: str, other: str) -> None:
    assert score(one, other) < ACCEPT


def test_a_slip_in_a_long_name_is_forgiven() -> None:
    assert score("Nkhotakota", "Nkhotakotta") >= ACCEPT


def test_what_many_names_have_in_common_proves_nothing() -> None:
    one, other = "Bo Government Hospital", "Bu Government Hospital"

    assert score(one, other) >= ACCEPT
    assert score(one, other, "government") < ACCEPT


def test_a_word_is_common_if_many_names_of_a_side_have_it() -> None:
    names = pl.DataFrame({"words": [f"government place{number}" for number in range(20)]})

    assert common_words(names, names).to_list() == ["government"]


def test_words_that_say_nothing_in_a_country_are_ignored() -> None:
    assert score("or Kitua HC", "Kitua HC", ignored_words=["or"]) == 100


def test_a_name_of_nothing_but_such_words_is_compared_as_it_is() -> None:
    assert score("Health Centre", "Health Centre") == 100
    assert score("Health Centre", "Hospital") < ACCEPT
