"""Whom of DHIS2's own a run links: new people by their number, and those whose number changed.

    one person has the number                   linked; or, of who is known already, leaves next
    … who is about to leave another insuree     waits, until that is done
    several have it, or somebody of ours has    nobody is linked, and a note says so
    nobody has it                               a person of our own

By the number alone: never by a name. A person is looked for once, when it is new here.

Who is in DHIS2 no more is followed into the person into whom DHIS2 has merged it: a person of its
own, or one that we have made. Ministries merge just these, once they find that they have both.
"""

from collections.abc import Mapping

import polars as pl

from transforms.changes.answers.reject_rows import NOTE
from transforms.changes.objects.links import GONE, LINKED, LINKS, MERGED, STALE, WAITS
from transforms.changes.objects.moves import Move
from transforms.changes.objects.schemas import ARRIVING, TEXTS, Change, is_kept
from transforms.changes.sending.waiting import WAITING
from transforms.model.resources import RESOURCES

FOUND: dict[str, pl.DataType] = dict.fromkeys(("number", "uid", "owner"), pl.String())
"""Number, UID, and owner org unit in our program, if any, of a person whom DHIS2 has."""
TO_LOOK_FOR: dict[str, pl.DataType] = {
    **dict.fromkeys(("key", "uid", "uidBefore", "number"), pl.String()),
    "isNew": pl.Boolean(),
}
"""Whom a run looks for: key, UIDs, number, and whether DHIS2 gets the person now."""
SEVERAL, ANOTHERS, MOVES, NOT_FOUND = (
    "number_of_several_people", "number_of_another", "person_moves_to_another", "number_not_found",
)  # fmt: skip
REASONS = {GONE: "linked_person_gone", WAITS: "linked_person_moves"}


def people_to_look_for(changes: pl.LazyFrame, number: str) -> pl.DataFrame:
    """Return the people whom nobody has looked for by the number that they have now.

    Args:
        changes: Of tracked entities.
        number: Key of the number.

    Returns:
        The columns of `TO_LOOK_FOR`.
    """
    is_new = pl.col("change").is_in(ARRIVING)
    moved = [pl.col("moves").list.contains(pl.lit(f"{move.value}:{number}"))
             for move in (Move.FILL, Move.ALTER)]  # fmt: skip
    is_due = is_new | ((pl.col("change") == Change.UPDATE.value) & pl.any_horizontal(moved))
    chosen = changes.filter(is_due, pl.col(number).is_not_null())
    return chosen.select("key", "uid", "uidBefore", number=number, isNew=is_new).collect()


def judge_found(
    people: pl.DataFrame, found: pl.DataFrame, ours: pl.Series, links: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the links that follow from who was found, and notes.

    Args:
        people: See `people_to_look_for`.
        found: The columns of `FOUND`; who is linked already is called by our UID.
        ours: UIDs of all who are found and are people of ours, linked or not.
        links: Of before.

    Returns:
        The columns of `ANSWERS`; and key, stage, reasons.
    """
    hits = found.group_by("number").agg(
        pl.col("owner").first(), count=pl.len(), hit=pl.col("uid").first()
    )
    linked = links.filter(pl.col("state").is_in([LINKED, MERGED])).select("uid", "theirs")
    moved = people.filter(~pl.col("isNew"))["uid"]
    joined = (
        people.join(hits, on="number", how="left")
        .join(linked, on="uid", how="left")
        .with_columns(
            pl.col("count").fill_null(0),
            isOurs=pl.col("hit").is_in(ours.implode()),
            isMoved=pl.col("hit").is_in(moved.implode()),
        )
        .with_columns(verdict=_verdict())
    )
    leaving = pl.concat([links.filter(state=STALE)["uid"], joined.filter(verdict=STALE)["uid"]])
    waits = (
        pl.col("isNew") & (pl.col("verdict") == ANOTHERS) & pl.col("hit").is_in(leaving.implode())
    )
    rows = joined.with_columns(verdict=pl.when(waits).then(pl.lit(WAITS)).otherwise("verdict"))
    links_found = rows.select(
        "key", "uid",
        theirs=pl.when(pl.col("verdict") == LINKED).then("hit").otherwise("theirs"),
        state="verdict",
        owner=pl.when(pl.col("verdict") == LINKED).then("owner"),
    ).filter(pl.col("state").is_in([LINKED, STALE, WAITS]))  # fmt: skip
    reasons = pl.col("verdict").replace({STALE: MOVES})
    is_note = pl.col("verdict").is_in([SEVERAL, ANOTHERS, NOT_FOUND, STALE])
    notes = rows.filter(is_note).select(
        "key", stage=pl.lit(NOTE), reasons=pl.concat_list(reasons).cast(TEXTS)
    )
    return links_found, notes


def _verdict() -> pl.Expr:
    is_new, is_one = pl.col("isNew"), pl.col("count") == 1
    is_same = pl.col("hit").eq_missing(pl.col("uid"))
    return (
        pl.when(pl.col("count") > 1)
        .then(pl.lit(SEVERAL))
        .when((pl.col("count") == 0) & ~is_new & pl.col("theirs").is_not_null())
        .then(pl.lit(NOT_FOUND))
        .when(~is_one | is_same)
        .then(None)
        .when(pl.col("hit").eq_missing(pl.col("uidBefore")))
        .then(pl.lit(WAITS))
        .when(pl.col("isOurs") & ~(pl.col("isMoved") & ~is_new))
        .then(pl.lit(ANOTHERS))
        .when("isNew")
        .then(pl.lit(LINKED))
        .otherwise(pl.lit(STALE))
    )


def people_at_work(
    changes: Mapping[str, pl.LazyFrame], people: pl.LazyFrame, links: pl.DataFrame
) -> pl.DataFrame:
    """Return the people whom DHIS2 has, and of whom a run posts anything.

    Args:
        changes: Resource name to all its changes of the run.
        people: key and uid of every person whom DHIS2 is known to hold.
        links: Of before.

    Returns:
        The columns of `LINKS`; theirs and state are null of a person of our own.
    """
    persons = pl.concat(changes[each.name].select(key="person") for each in RESOURCES)
    at_work = people.select("key", "uid").join(persons.unique(), on="key", how="semi")
    of_before = links.lazy().select("uid", "theirs", "state")
    return at_work.join(of_before, on="uid", how="left").select(*LINKS).collect()


def waiting_people(changes: Mapping[str, pl.LazyFrame], answers: pl.DataFrame) -> pl.DataFrame:
    """Return what of a run waits because its person is gone, or moves: columns of `WAITING`."""
    reason = pl.col("state").replace_strict(REASONS, default=None, return_dtype=pl.String)
    waits = answers.select("key", reason=reason).drop_nulls().unique("key").lazy()
    found = [
        changes[each.name]
        .filter(is_kept())
        .join(waits, left_on="person", right_on="key")
        .select(
            type=pl.lit(each.tracker_type.value), uid="uid", is_delete=pl.lit(value=False),
            reason="reason",
        )
        for each in RESOURCES
    ]  # fmt: skip
    return pl.concat(found).collect().cast(WAITING)  # type: ignore[arg-type]


def gone(rows: pl.DataFrame, merged: pl.DataFrame) -> pl.DataFrame:
    """Return the links of people whom DHIS2 has no more under the UID that they had.

    A person of our own whom it has deleted has no link. One who is about to leave leaves the person
    into whom it was merged.

    Args:
        rows: Such people; see `people_at_work`.
        merged: uid, and into: the person into whom DHIS2 has merged the person.
    """
    state = pl.col("state")
    is_merged, is_leaving = pl.col("into").is_not_null(), state.eq_missing(pl.lit(STALE))
    departed = rows.join(merged, on="uid", how="left").filter(is_merged | state.eq(LINKED))
    return departed.select(
        "key", "uid",
        theirs=pl.coalesce("into", "theirs"),
        state=pl.when(~is_merged).then(pl.lit(GONE)).when(is_leaving).then(state)
        .otherwise(pl.lit(MERGED)),
    )  # fmt: skip


def link_sentences(before: pl.DataFrame, answers: pl.DataFrame) -> list[str]:
    """Return what a run has found out of linked people, a sentence each.

    Args:
        before: Links of before.
        answers: Those that the run has found.
    """
    stale = [each.filter(state=STALE) for each in (answers, before)]
    moving = stale[0].join(stale[1], on="uid", how="anti").height
    merged = answers.filter(state=MERGED).height
    moves = (
        f"{moving} people have another number now, which another person of DHIS2's own has: with "
        f"the next run what is ours of them leaves the one and comes to the other."
    )
    return [*([moves] if moving else []), *merged_sentences(merged)]


def merged_sentences(people: int) -> list[str]:
    """Say that DHIS2 has merged some people into others; nothing of nobody."""
    sentence = (
        f"{people} people were merged into others in DHIS2. What is ours of them is there, and is "
        f"sent there from now on. If DHIS2 has kept another number than openIMIS has, correct the "
        f"one that is wrong: reconcile shows it."
    )
    return [sentence] if people else []


def linked_before(changes: pl.LazyFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Return uid, change and cleared of the linked people whom a run changes or takes away."""
    theirs = links.filter(pl.col("theirs").is_not_null()).select(uidBefore="uid").lazy()
    return changes.join(theirs, on="uidBefore", how="semi").collect()
