"""UIDs of ours and of a DHIS2 change places."""

import orjson
import pytest

from transforms.core.renaming import AS_OURS, Renaming

SWAP = Renaming({"OursOursOur": "TheirsTheir"})
PEOPLE = Renaming(people={"PersonOfOur": "PersonOfThe"})


def test_uids_change_places_in_both_directions() -> None:
    sent = b'{"attribute":"OursOursOur","other":"TheirsTheir","value":"OursOursOurs"}'

    assert SWAP.swap(sent) == (
        b'{"attribute":"TheirsTheir","other":"OursOursOur","value":"OursOursOurs"}'
    )
    assert SWAP.swap(SWAP.swap(sent)) == sent


def test_uids_inside_expressions_and_addresses_change_too() -> None:
    assert SWAP.swap_text("d2:hasValue(A{OursOursOur})") == "d2:hasValue(A{TheirsTheir})"
    assert SWAP.swap_text("/api/programs/OursOursOur?é=ü") == "/api/programs/TheirsTheir?é=ü"


def test_without_pairs_nothing_is_touched() -> None:
    content = b"OursOursOur"

    assert AS_OURS.swap(content) is content
    assert not AS_OURS


def test_two_renamings_are_one() -> None:
    both = SWAP | Renaming({"GroupsOfOur": "GroupsOfThe"}) | PEOPLE

    assert both.swap_text("OursOursOur GroupsOfThe") == "TheirsTheir GroupsOfOur"
    assert both.swap(b'{"trackedEntity":"PersonOfThe"}') == b'{"trackedEntity":"PersonOfOur"}'


def test_people_change_places_only_where_a_person_is_named() -> None:
    sent = b'{"enrollment":"PersonOfOur","trackedEntity" : "PersonOfOur","value":"PersonOfOur"}'

    assert PEOPLE.swap(sent) == (
        b'{"enrollment":"PersonOfOur","trackedEntity" : "PersonOfThe","value":"PersonOfOur"}'
    )
    assert PEOPLE.swap(PEOPLE.swap(sent)) == sent
    assert PEOPLE.swap_text("/api/tracker/enrollments/PersonOfOur").endswith("PersonOfOur")


def test_a_value_that_looks_like_json_is_no_person() -> None:
    value = orjson.dumps({"value": '"trackedEntity":"PersonOfOur"'})

    assert PEOPLE.swap(value) == value


@pytest.mark.parametrize("name", ["trackedEntity", "trackedEntities", "trackedEntityInstance"])
def test_parameters_that_name_people_have_them_changed(name: str) -> None:
    asked = {name: "PersonOfOur,AnotherOfUs", "enrollments": ["PersonOfOur"], "page": 1}

    assert PEOPLE.swap_values(asked) == asked | {name: "PersonOfThe,AnotherOfUs"}
