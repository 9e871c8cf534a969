"""Whom of DHIS2's own a run links: by number, one to one, or nobody."""

import polars as pl
import pytest

from transforms.changes.objects.links import (
    GONE,
    LINKED,
    LINKS,
    MERGED,
    NO_LINKS,
    STALE,
    WAITS,
    moved_people,
    remembered,
    renaming_of,
    with_answers,
    with_leaving,
    with_owners,
)
from transforms.changes.sending.linking import (
    FOUND,
    TO_LOOK_FOR,
    gone,
    judge_found,
    link_sentences,
    people_at_work,
    people_to_look_for,
)
from transforms.model.resources import RESOURCES


def link(key: str, uid: str, theirs: str | None, state: str = LINKED) -> tuple[str | None, ...]:
    return (key, uid, theirs, state)


def links(*rows: tuple[str | None, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=LINKS, orient="row")


def judged(
    is_new: bool,
    *hits: str,
    ours: tuple[str, ...] = (),
    before: pl.DataFrame = NO_LINKS,
    uid_before: str | None = None,
) -> tuple[list[tuple[object, ...]], list[str]]:
    """What becomes of one person who has the number 7."""
    asked = pl.DataFrame(
        [("key", "mine", uid_before, "7", is_new)], schema=TO_LOOK_FOR, orient="row"
    )
    found = pl.DataFrame([("7", hit, None) for hit in hits], schema=FOUND, orient="row")
    rows, notes = judge_found(asked, found, pl.Series(list(ours), dtype=pl.String), before)
    return rows.select(*LINKS).rows(), [
        reason for reasons in notes["reasons"] for reason in reasons
    ]


LINKED_TO_Y = links(link("key", "mine", "Y"))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (judged(True), ([], [])),
        (judged(True, "Y"), ([("key", "mine", "Y", LINKED)], [])),
        (judged(True, "Y", "Z"), ([], ["number_of_several_people"])),
        (judged(True, "other", ours=("other",)), ([], ["number_of_another"])),
        (judged(True, "before", ours=("before",), uid_before="before"),
         ([("key", "mine", None, WAITS)], [])),
        (judged(False, before=LINKED_TO_Y), ([], ["number_not_found"])),
        (judged(False), ([], [])),
        (judged(False, "mine", ours=("mine",), before=LINKED_TO_Y), ([], [])),
        (judged(False, "Z", before=LINKED_TO_Y),
         ([("key", "mine", "Y", STALE)], ["person_moves_to_another"])),
        (judged(False, "Z"), ([("key", "mine", None, STALE)], ["person_moves_to_another"])),
        (judged(False, "Y", "Z", before=LINKED_TO_Y), ([], ["number_of_several_people"])),
    ],
)  # fmt: skip
def test_one_hit_links_and_any_doubt_does_not(given: object, expected: object) -> None:
    assert given == expected


def test_two_whose_numbers_were_mixed_up_leave_and_change_places() -> None:
    before = links(link("k1", "A", "Y1"), link("k2", "B", "Y2"))
    asked = [("k1", "A", "A", "2", False), ("k2", "B", "B", "1", False)]
    found = pl.DataFrame([("2", "B", None), ("1", "A", None)], schema=FOUND, orient="row")
    ours = pl.Series(["A", "B"])

    rows, _ = judge_found(
        pl.DataFrame(asked, schema=TO_LOOK_FOR, orient="row"), found, ours, before
    )

    assert rows.select(*LINKS).rows() == [("k1", "A", "Y1", STALE), ("k2", "B", "Y2", STALE)]


def test_who_comes_to_a_person_whom_another_is_leaving_waits() -> None:
    before = links(link("k1", "A", "Y1", STALE), link("k2", "B", "Y2", STALE))
    asked = [("k1", "A2", "A", "2", True), ("k3", "C", None, "1", True)]
    found = pl.DataFrame([("2", "B", None), ("1", "A", None)], schema=FOUND, orient="row")
    ours = pl.Series(["A", "B"])

    rows, notes = judge_found(
        pl.DataFrame(asked, schema=TO_LOOK_FOR, orient="row"), found, ours, before
    )

    assert rows.select(*LINKS).rows() == [("k1", "A2", None, WAITS), ("k3", "C", None, WAITS)]
    assert notes.is_empty()


def test_only_new_people_and_changed_numbers_are_looked_for() -> None:
    changes = pl.LazyFrame(
        {
            "key": ["new", "again", "known", "moved", "without"],
            "uid": ["1", "2", "3", "4", "5"],
            "uidBefore": [None, "0", "3", "4", None],
            "change": ["create", "replace", "update", "update", "create"],
            "moves": [[], [], ["alter:gender"], ["alter:insurance_number"], []],
            "insurance_number": ["a", "b", "c", "d", None],
        }
    )

    found = people_to_look_for(changes, "insurance_number")

    assert found.select("key", "isNew").rows() == [("new", True), ("again", True), ("moved", False)]


def test_who_was_merged_is_followed_and_who_is_gone_waits() -> None:
    rows = links(
        link("k1", "A", "Y1"), link("k2", "B", "Y2"),
        ("k3", "C", None, None), ("k4", "D", None, None),
        link("k5", "E", "Y5", STALE), link("k6", "F", "Y6", STALE),
    )  # fmt: skip
    merged = pl.DataFrame({"uid": ["A", "C", "E"], "into": ["Z1", "Z3", "Z5"]})

    assert gone(rows, merged).rows() == [
        ("k1", "A", "Z1", MERGED), ("k2", "B", "Y2", GONE), ("k3", "C", "Z3", MERGED),
        ("k5", "E", "Z5", STALE),
    ]  # fmt: skip


def enrollments(*rows: tuple[str, str]) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema=["uid", "parentUid"], orient="row")


def test_who_has_the_enrollments_now_is_whom_a_person_was_merged_into() -> None:
    confirmed = enrollments(("e1", "A"), ("claim of A", "A"), ("e2", "B"), ("e3", "C"), ("e4", "D"))
    now = enrollments(("e1", "Z"), ("claim of A", "Z"), ("e2", "B"), ("e3", "B"))
    people = pl.LazyFrame({"uid": ["A", "B", "C", "D"]})

    assert moved_people(confirmed, now, people).rows() == [("A", "Z")]


def test_two_who_were_merged_into_one_are_not_both_followed() -> None:
    confirmed, now = enrollments(("e1", "A"), ("e2", "B")), enrollments(("e1", "Z"), ("e2", "Z"))

    assert len(moved_people(confirmed, now, pl.LazyFrame({"uid": ["A", "B"]}))) == 1


def test_who_is_at_work_is_whoever_dhis2_has_and_of_whom_anything_is_posted() -> None:
    nobody = pl.LazyFrame({"person": []}, schema={"person": pl.String})
    changes = {each.name: nobody for each in RESOURCES}
    changes["claim_items"] = pl.LazyFrame({"person": ["k1", "k2", "k4"]})
    held = pl.LazyFrame({"key": ["k1", "k2", "k3"], "uid": ["A", "B", "C"], "state": "held"})

    found = people_at_work(changes, held, links(link("k1", "A", "Y1"), link("k3", "C", "Y3")))

    assert sorted(found.rows()) == [("k1", "A", "Y1", LINKED), ("k2", "B", None, None)]


def test_what_a_run_has_found_is_said() -> None:
    before = links(link("k1", "A", "Y1"), link("k2", "B", "Y2"), link("k3", "C", "Y3", STALE))
    nothing = links(link("k2", "B", "Y2", GONE), link("k3", "C", "Z", STALE), link("k4", "D", "Y4"))

    assert link_sentences(before, nothing) == []
    moves, merged = link_sentences(
        before, links(link("k1", "A", "Y1", STALE), link("k2", "B", "Z", MERGED))
    )
    assert moves.startswith("1 people have another number now")
    assert merged.startswith("1 people were merged into others in DHIS2")


def test_the_number_of_one_who_was_merged_may_name_just_the_other() -> None:
    before = links(link("key", "mine", "Z", MERGED))

    assert judged(False, "mine", ours=("mine",), before=before) == ([], [])
    assert judged(False, "W", before=before)[0] == [("key", "mine", "Z", STALE)]


def test_only_people_whom_dhis2_holds_are_remembered() -> None:
    before = links(link("k1", "A", "Y1"), link("k2", "B", "Y2"), link("k3", "C", "Y3"))
    answers = links(
        link("k2", "B", "Y2", GONE), link("k4", "D", "Y4"), link("k5", "E", None, WAITS),
        link("k6", "F", "Y6", MERGED),
    )  # fmt: skip
    held = pl.LazyFrame({"uid": ["A", "B", "D", "E", "F"]})

    found = remembered(with_answers(before, answers), held)

    assert found.rows() == [
        ("k1", "A", "Y1", LINKED), ("k2", "B", "Y2", STALE), ("k4", "D", "Y4", LINKED),
        ("k6", "F", "Y6", LINKED),
    ]  # fmt: skip


def test_our_name_of_a_person_changes_places_with_dhis2s() -> None:
    renaming = renaming_of(
        links(link("k", "PersonOfOur", "PersonOfThe"), link("l", "B", None, STALE))
    )

    assert renaming.swap(b'{"trackedEntity":"PersonOfOur"}') == b'{"trackedEntity":"PersonOfThe"}'


def test_who_leaves_lost_its_parent() -> None:
    people = pl.LazyFrame(
        {"uid": ["A", "B"], "parentUid": [None, None]}, schema_overrides={"parentUid": pl.String}
    )

    found = with_leaving(people, pl.Series(["B"])).collect()

    assert found["parentUid"].to_list() == [None, STALE]


def test_who_comes_has_the_owner_that_dhis2_keeps_of_the_person() -> None:
    asked = pl.DataFrame([("key", "mine", None, "7", True)], schema=TO_LOOK_FOR, orient="row")
    found = pl.DataFrame([("7", "Y", "a clinic")], schema=FOUND, orient="row")
    changes = pl.LazyFrame(
        {"parentUid": ["mine", "another", "mine"], "owner": [None, None, "a known one"]}
    )

    answers, _ = judge_found(asked, found, pl.Series([], dtype=pl.String), NO_LINKS)

    assert with_owners(changes, answers).collect()["owner"].to_list() == [
        "a clinic", None, "a known one",
    ]  # fmt: skip
    assert with_owners(changes, answers.clear()).collect()["owner"].to_list() == [
        None, None, "a known one",
    ]  # fmt: skip
