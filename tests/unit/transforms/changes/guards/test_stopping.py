"""Where the line lies between rejects and a stop."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.changes.guards.stopping import (
    StopGroup,
    StoppedError,
    StopRule,
    limit,
    reasons_to_stop,
    sent_by_group,
    stop_groups_of,
)
from transforms.dhis2.import_report import Receipt, Sent, refusal_of
from transforms.model.resources import EVENT_RESOURCES, RESOURCES, TrackerType
from transforms.openimis.country import Guards

PERSON = TrackerType.TRACKED_ENTITY
PEOPLE = StopGroup(PERSON)
MISCONFIGURED, BAD_DATA, UNHEARD_OF, WHOLE_REQUEST = "E1041", "E1125", "E7777", "whole_request"
OF_DHIS2 = (MISCONFIGURED, UNHEARD_OF, WHOLE_REQUEST)
BUNDLE = 500


def observed(rule: StopRule, bad: int, code: str, start: int = 0) -> int:
    """Let so many bad records be refused, in bundles; return how many until the load stopped."""
    for first in range(start, start + bad, BUNDLE):
        sent = [Sent(PERSON, f"T{n}") for n in range(first, min(first + BUNDLE, start + bad))]
        receipt = Receipt("CREATE_AND_UPDATE", refused=tuple(refusal_of(s, [code]) for s in sent))
        try:
            rule.observe(receipt, dict.fromkeys(sent, PEOPLE))
        except StoppedError:
            return first + len(sent)
    return 0


@pytest.mark.parametrize(
    ("sent", "of_dhis2", "of_data"),
    [(100, 100, 500), (10_000, 500, 5_000), (1_000_000, 50_000, 500_000)],
)
def test_the_line_between_rejects_and_a_stop(sent: int, of_dhis2: int, of_data: int) -> None:
    assert [limit(code, sent, Guards()) for code in OF_DHIS2] == [of_dhis2] * 3
    assert limit(BAD_DATA, sent, Guards()) == of_data


@pytest.mark.parametrize("code", [*OF_DHIS2, BAD_DATA])
@pytest.mark.parametrize("bad", [21, 200, 2_000])
def test_bad_records_in_a_load_of_a_million_are_rejects(bad: int, code: str) -> None:
    rule = StopRule({PEOPLE: 1_000_000}, {}, Guards())

    assert observed(rule, bad, code) == 0


@pytest.mark.parametrize("code", OF_DHIS2)
def test_a_quiet_night_on_which_everything_is_refused_ends_with_rejects(code: str) -> None:
    assert observed(StopRule({PEOPLE: 100}, {}, Guards()), 100, code) == 0


@pytest.mark.parametrize("code", OF_DHIS2)
def test_a_right_that_is_lost_in_the_middle_stops_the_load(code: str) -> None:
    rule = StopRule({PEOPLE: 10_000}, {}, Guards())
    accepted = tuple(Sent(PERSON, f"A{number}") for number in range(5_000))
    rule.observe(Receipt("CREATE_AND_UPDATE", accepted=accepted), {})

    assert observed(rule, 5_000, code) == 1_000


def test_as_many_as_the_load_before_had_are_not_counted_whatever_the_reason() -> None:
    for code in (*OF_DHIS2, BAD_DATA):
        assert observed(StopRule({PEOPLE: 720}, {code: 720}, Guards()), 720, code) == 0


def test_another_reason_than_the_load_before_had_is_counted() -> None:
    assert observed(StopRule({PEOPLE: 720}, {BAD_DATA: 720}, Guards()), 720, MISCONFIGURED)


def test_an_object_that_waits_for_another_one_is_no_evidence() -> None:
    assert observed(StopRule({PEOPLE: 720}, {}, Guards()), 720, "E1313") == 0


def test_the_sentence_says_what_to_mend_and_that_nothing_is_lost() -> None:
    sent = [Sent(PERSON, f"T{number}") for number in range(600)]
    bad = tuple(refusal_of(each, [MISCONFIGURED]) for each in sent)
    rule = StopRule({PEOPLE: 600}, {}, Guards())

    with pytest.raises(StoppedError, match=r"600 of the 600 objects.*E1041.*UUID.*nothing is lost"):
        rule.observe(Receipt("CREATE_AND_UPDATE", refused=bad), dict.fromkeys(sent, PEOPLE))


def test_kinds_are_what_is_set_up_alike() -> None:
    counts = {"create": 5, "update": 3, "replace": 2, "delete": 1}
    sent = sent_by_group({resource.name: counts for resource in RESOURCES})
    kinds = stop_groups_of(b'{"events": [{"event": "E1", "programStage": "S1"}, {"event": "E2"}]}')

    assert sent[PEOPLE] == 10 + 3
    assert sent[StopGroup(TrackerType.EVENT)] == len(EVENT_RESOURCES) * 3
    assert {sent[StopGroup(each.tracker_type, each.stage)] for each in RESOURCES if each.stage} == {
        10
    }
    assert [kind.of for kind in kinds.values()] == ["S1", ""]


COUNTS = st.dictionaries(st.sampled_from([*OF_DHIS2, BAD_DATA]), st.integers(0, 10**7))


@given(refused_now=COUNTS, before=COUNTS, sent=st.integers(0, 10**7))
def test_a_load_that_was_stopped_is_not_stopped_by_the_same_refusals_again(
    refused_now: dict[str, int], before: dict[str, int], sent: int
) -> None:
    after = dict(Counter(refused_now) | Counter(before))

    assert reasons_to_stop(refused_now, after, sent, Guards()) == []


@given(refused_now=COUNTS, before=COUNTS, sent=st.integers(0, 10**7), more=st.integers(0, 10**6))
def test_a_larger_load_or_more_refusals_before_never_stop_earlier(
    refused_now: dict[str, int], before: dict[str, int], sent: int, more: int
) -> None:
    stops = reasons_to_stop(refused_now, before, sent, Guards())
    known = {code: before.get(code, 0) + more for code in refused_now}

    assert set(reasons_to_stop(refused_now, before, sent + more, Guards())) <= set(stops)
    assert set(reasons_to_stop(refused_now, known, sent, Guards())) <= set(stops)
