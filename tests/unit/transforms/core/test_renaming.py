"""UIDs of ours and of a DHIS2 change places."""

from transforms.core.renaming import AS_OURS, Renaming

SWAP = Renaming({"OursOursOur": "TheirsTheir"})


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
    both = SWAP | Renaming({"PersonOfOur": "PersonOfThe"})

    assert both.swap_text("OursOursOur PersonOfThe") == "TheirsTheir PersonOfOur"
