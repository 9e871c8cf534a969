"""The page of a run says first whether DHIS2 is up to date, and then what was done."""

from typing import Any

import pytest

from transforms.reports.run_result import RunResult, StageEnding, result_page
from transforms.reports.summaries import markdown

NO_PLACE = {
    "resource": "tracked_entities",
    "stage": "rule",
    "reason": "no_place",
    "hint": "Set the village in openIMIS.",
    "count": 33,
}
NOTED = NO_PLACE | {"stage": "note", "reason": "gender_unknown", "count": 2}
LOADED = (
    StageEnding("extract", "Completed", "extract scheme 2026-11-28", "http://prefect/runs/1"),
    StageEnding(
        "load", "CompletedWithRejects", "load ministry 2026-11-28", "http://prefect/runs/2"
    ),
)
FAILED = (LOADED[0], StageEnding("load", "Failed", "load ministry 2026-11-28"))


def summary(run_id: str = "last-night", **more: Any) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "target": "ministry",
        "state": "loaded",
        "is_whole": True,
        "as_of": "2026-11-28 02:00:00.123456",
        "planned": {"tracked_entities": {"create": 352}},
        "changes": {"tracked_entities": {"created": 350, "not done": 2}, "claim_events": {}},
        "rejects": [],
        "held_back": [],
    } | more


def page(
    own: dict[str, Any] | None = None,
    *,
    stages: tuple[StageEnding, ...] = LOADED,
    failure: str | None = None,
    earlier: tuple[dict[str, Any], ...] = (),
) -> str:
    return result_page(RunResult("last-night", "ministry", stages, failure, own, earlier))


def test_a_good_run_says_as_of_when_dhis2_is_up_to_date_and_what_was_done() -> None:
    text = page(summary())

    assert text.startswith("# ministry is up to date\n")
    assert "It has openIMIS as of **2026-11-28 02:00:00** (loaded by this run)." in text
    assert "| resource | created | updated | replaced | deleted | not done |" in text
    assert "| tracked_entities | 350 | 0 | 0 | 0 | 2 |" in text
    assert "claim_events" not in text
    assert "Nothing was held back or refused." in text


def test_moments_are_told_to_the_second() -> None:
    own, before = summary(compared={}), summary("before", compared={})

    pages = page(own, earlier=(before,)) + markdown(own, before)

    assert pages.count("2026-11-28 02:00:00") == 4
    assert "02:00:00." not in pages


def test_each_stage_is_one_click_away() -> None:
    text = page(summary())

    assert "| extract | Completed | [extract scheme 2026-11-28](http://prefect/runs/1) |" in text
    assert "[load ministry 2026-11-28](http://prefect/runs/2)" in text


def test_a_failed_run_says_why_and_what_dhis2_has_nevertheless() -> None:
    text = page(
        summary(state="stopped", as_of="2026-11-28 02:00:00"),
        stages=FAILED,
        failure="DHIS2 does not know the login.",
        earlier=(summary("before", as_of="2026-11-27 02:00:00"),),
    )

    assert text.startswith("# ministry is not up to date\n")
    assert "**The run failed.** DHIS2 does not know the login." in text
    assert "as of **2026-11-27 02:00:00** (loaded by run `before`)" in text


def test_what_fails_after_the_load_leaves_dhis2_up_to_date() -> None:
    analytics = StageEnding("run-analytics", "Failed")

    text = page(summary(), stages=(*LOADED, analytics), failure="The tables are old.")

    assert text.startswith("# ministry is up to date\n")
    assert "The tables are old." in text


def test_a_run_id_that_was_loaded_before_and_fails_now_is_not_up_to_date() -> None:
    text = page(summary(), stages=FAILED, failure="summary.json is damaged.")

    assert text.startswith("# ministry is not up to date\n")


def test_a_plan_says_that_nothing_was_to_be_posted_and_what_would_be() -> None:
    text = page(summary(state="planned"), stages=LOADED[:1])

    assert text.startswith("# ministry is as before: nothing was to be posted\n")
    assert "No load of everything into this DHIS2 has ended yet." in text
    assert "| tracked_entities | 352 | 0 | 0 | 0 |" in text
    assert "to create" in text


@pytest.mark.parametrize(
    ("more", "headline"),
    [
        ({"held_back": ["Deletes wait."]}, "is up to date, but for what is held back"),
        ({"is_whole": False}, "has the part that was requested"),
    ],
    ids=["a guard", "a window"],
)
def test_a_run_that_posts_less_does_not_say_that_all_is_there(
    more: dict[str, Any], headline: str
) -> None:
    assert page(summary(**more)).startswith(f"# ministry {headline}\n")


def test_a_part_that_was_loaded_makes_nothing_fresher() -> None:
    text = page(summary(is_whole=False), earlier=(summary("before", as_of="2026-11-20 02:00:00"),))

    assert "as of **2026-11-20 02:00:00** (loaded by run `before`)" in text


def test_after_a_withdrawal_no_earlier_load_counts() -> None:
    withdrawal = {name: each for name, each in summary("end").items() if name != "as_of"}

    text = page(
        None, stages=FAILED, failure="It was withdrawn.", earlier=(withdrawal, summary("a"))
    )

    assert "No load of everything into this DHIS2 has ended yet." in text


def test_each_reason_says_what_to_do_and_for_how_many_runs_it_stands() -> None:
    with_it, without = summary(rejects=[NO_PLACE]), summary()

    text = page(summary(rejects=[NO_PLACE, NOTED]), earlier=(with_it, with_it, without, with_it))

    assert "33 objects were held back or refused; the reasons are below." in text
    assert (
        "| tracked_entities (rule) | `no_place` | 33 | 3 | Set the village in openIMIS. |" in text
    )
    assert "| tracked_entities (note) | `gender_unknown` | 2 | 1 |" in text


def test_summaries_of_an_earlier_release_do_not_say_what_they_loaded() -> None:
    older = {
        name: each for name, each in summary("old").items() if name not in {"state", "is_whole"}
    }

    text = page(None, stages=FAILED, failure="DHIS2 is away.", earlier=(older,))

    assert "No load of everything into this DHIS2 has ended yet." in text


def test_the_last_runs_stand_below_each_other_with_what_each_did() -> None:
    earlier = tuple(summary(f"night-{number}") for number in range(9))

    text = page(summary(rejects=[NO_PLACE]), earlier=earlier)

    assert (
        "| `last-night` | 2026-11-28 02:00:00 | loaded | 350 | ████████████████████ | 33 |" in text
    )
    assert "`night-6`" in text
    assert "`night-7`" not in text
