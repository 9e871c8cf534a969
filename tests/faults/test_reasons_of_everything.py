"""One reason on nearly everything is DHIS2's fault, whatever its code; on a few it is theirs."""

from collections import Counter

import pytest

from flows.tasks.suspicion import Kind, Suspicion
from tests.faults.undisturbed import is_for_people
from transforms.errors import TargetError
from transforms.import_report import Receipt, Sent, refused
from transforms.resources import TrackerType

BUNDLE = 500
PERSON = TrackerType.TRACKED_ENTITY


def heard(suspicion: Suspicion, objects: int, bad: int, code: str) -> bool:
    """Let a bundle be heard of; return whether its receipt is withheld."""
    sent = [Sent(PERSON, f"T{number}") for number in range(objects)]
    kinds = {each: Kind(PERSON) for each in sent}
    receipt = Receipt(
        "CREATE_AND_UPDATE",
        accepted=tuple(sent[bad:]),
        refused=tuple(refused(each, [code]) for each in sent[:bad]),
    )
    suspicion.hear(receipt, kinds)
    return suspicion.is_about(receipt, kinds)


def stopped_by(suspicion: Suspicion, size: int, code: str) -> str:
    """Let nothing but bad records be heard of, all withheld; return the sentence that comes."""
    for _ in range(BUNDLE // size + 2):
        try:
            assert heard(suspicion, size, size, code)
        except TargetError as error:
            return str(error)
    return "nothing"


@pytest.mark.parametrize("code", ["E1125", "E1007", "E1302", "E1064"])
def test_bad_records_by_the_five_hundred_stop_the_load_in_the_middle_of_a_run(code: str) -> None:
    suspicion = Suspicion(Counter())
    for _ in range(5):
        assert not heard(suspicion, BUNDLE, 0, code)

    sentence = stopped_by(suspicion, BUNDLE, code)
    assert "nearly every tracked entity" in sentence
    assert code in sentence
    assert is_for_people(sentence)


@pytest.mark.parametrize("size", [20, 60, BUNDLE])
def test_nothing_is_a_reject_before_there_are_enough_of_them(size: int) -> None:
    assert "E1125" in stopped_by(Suspicion(Counter()), size, "E1125")


def test_a_hundred_that_are_refused_every_night_do_not_turn_a_quiet_night_red() -> None:
    suspicion = Suspicion(Counter())

    for bad in (20, 100, 300):
        heard(suspicion, bad, bad, "E1064")


def test_half_of_all_records_may_be_bad() -> None:
    suspicion = Suspicion(Counter())

    assert not any(heard(suspicion, BUNDLE, BUNDLE // 2, "E1064") for _ in range(20))


def test_bad_records_of_different_reasons_are_rejects() -> None:
    suspicion = Suspicion(Counter())

    for number in range(20):
        heard(suspicion, 50, 50, ("E1064", "E1125")[number % 2])


def test_what_was_refused_the_night_before_does_not_stop_the_load_either() -> None:
    suspicion = Suspicion(Counter({"E1064": 1_200}))

    for bad in (BUNDLE, BUNDLE, 200):
        assert not heard(suspicion, bad, bad, "E1064")

    assert "E1064" in stopped_by(suspicion, BUNDLE, "E1064")


def test_another_reason_than_the_night_before_stops_the_load() -> None:
    suspicion = Suspicion(Counter({"E1064": 1_200}))

    assert "E1125" in stopped_by(suspicion, BUNDLE, "E1125")


def test_a_reason_of_configuration_is_never_one_of_the_night_before() -> None:
    suspicion = Suspicion(Counter({"E1041": 5_000}))

    assert "E1041" in stopped_by(suspicion, BUNDLE, "E1041")
