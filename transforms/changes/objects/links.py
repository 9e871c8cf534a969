"""People of a DHIS2's own whom openIMIS insures: our name of each beside DHIS2's.

Everything here calls a person by the UID that we would have given. Where the person was there
before us, that UID is only a name: it and DHIS2's change places on the way (`core/renaming.py`).
What the person has of ours, enrollments and events, has our UIDs in DHIS2 too: so it stays what it
is where DHIS2 merges the person into another.
"""

import polars as pl

from transforms.changes.objects.schemas import LEAVING, UNKNOWN, State
from transforms.core.renaming import Renaming
from transforms.model.resources import TRACKED_ENTITIES

LINKS: dict[str, pl.DataType] = dict.fromkeys(("key", "uid", "theirs", "state"), pl.String())
"""key of the person, our UID, DHIS2's (null of who has none), and one of the states below."""
NO_LINKS = pl.DataFrame(schema=LINKS)
ANSWERS: dict[str, pl.DataType] = {**LINKS, "owner": pl.String()}
"""What a load finds: a link, and the owner org unit that the person has in our program already."""

LINKED = "linked"
"""The person of DHIS2 is the one of openIMIS."""
MERGED = "merged"
"""The same, since DHIS2 has merged into it the person who was."""
STALE = "stale"
"""No longer: the next comparison lets the person leave, and come under another UID."""
GONE = "gone"
"""The same, and nothing of the person can be posted now."""
WAITS = "waits"
"""Nothing of the person can be posted now."""
KEPT = {LINKED: LINKED, MERGED: LINKED, STALE: STALE, GONE: STALE}
"""State to that which is remembered."""


def renaming_of(links: pl.DataFrame) -> Renaming:
    """Return the UIDs of people, of ours and of DHIS2, that change places."""
    pairs = links.filter(pl.col("theirs").is_not_null()).select("uid", "theirs").iter_rows()
    return Renaming(people=dict(pairs))


def with_answers(links: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """Return links as the answers of a load leave them: one row a person and UID."""
    before = links.join(answers, on="uid", how="anti")
    return pl.concat([before, answers.select(*LINKS)])


def remembered(links: pl.DataFrame, people: pl.LazyFrame) -> pl.DataFrame:
    """Return the links that are worth remembering after a run.

    Args:
        links: Of before and of the run.
        people: uid of every person whom DHIS2 is known to hold; of others nobody need know, and who
            was refused is looked for again.
    """
    state = pl.col("state").replace_strict(KEPT, default=None, return_dtype=pl.String)
    kept = links.with_columns(state=state).drop_nulls("state").lazy()
    return kept.join(people.select("uid"), on="uid", how="semi").sort("key", "uid").collect()


def with_owners(changes: pl.LazyFrame, answers: pl.DataFrame) -> pl.LazyFrame:
    """Return changes of enrollments; who comes has the owner that DHIS2 keeps of the person.

    An enrollment makes an owner only where there is none (`EnrollmentPersister.persistOwnership` of
    DHIS2), and its deletion takes none away. So who comes where another insuree was is owned by the
    other's place at first: the next comparison sees that, and the owner is transferred.

    Args:
        changes: Of enrollments in the program that has owners.
        answers: The columns of `ANSWERS`.
    """
    found = answers.drop_nulls("owner").select(parentUid="uid", kept="owner")
    if found.is_empty():
        return changes
    joined = changes.join(found.lazy(), on="parentUid", how="left", maintain_order="left")
    return joined.with_columns(owner=pl.coalesce("owner", "kept")).drop("kept")


def moved_people(confirmed: pl.LazyFrame, now: pl.LazyFrame, people: pl.LazyFrame) -> pl.DataFrame:
    """Return whom DHIS2 has merged into others: their enrollments have gone over to these.

    Args:
        confirmed: uid and parentUid of enrollments that DHIS2 is known to hold.
        now: The same, of those that it holds.
        people: uid of every person whom DHIS2 is known to hold.

    Returns:
        uid of a person, and into, that of the other, who is none of ours.
    """
    moved = confirmed.join(now.select("uid", into="parentUid"), on="uid").filter(
        pl.col("parentUid") != pl.col("into")
    )
    others = people.select(into="uid")
    found = moved.join(others, on="into", how="anti").select("parentUid", "into")
    pairs = found.rename({"parentUid": "uid"}).unique().collect(engine="streaming")
    return pairs.sort("uid", "into").unique("uid", keep="first").unique("into", keep="first")


def with_leaving(acknowledged: pl.LazyFrame, leaving: pl.Series) -> pl.LazyFrame:
    """Return acknowledged people, of whom those that have to leave hang on a parent they lost.

    So the comparison replaces them, and with them what lies below.

    Args:
        acknowledged: People of a partition.
        leaving: Their UIDs.
    """
    if leaving.is_empty():
        return acknowledged
    is_leaving = pl.col("uid").is_in(leaving.implode())
    return acknowledged.with_columns(
        parentUid=pl.when(is_leaving).then(pl.lit(STALE)).otherwise("parentUid")
    )


def with_doubts_of_leaving(
    rows: pl.LazyFrame, changes: pl.LazyFrame, links: pl.DataFrame, run: str
) -> pl.LazyFrame:
    """Return acknowledged people; what a run may have taken back of who stays, is unknown.

    Values are emptied before what carries them is deleted. Where that deletion was refused or never
    sent, DHIS2 may have the person without them, and the next run has to send them again.

    Args:
        rows: The acknowledged people after the run.
        changes: The changes of people that the run was to make.
        links: Of before the run.
        run: Its id; rows that it has confirmed are not in doubt.
    """
    is_taken = pl.col("change").is_in(LEAVING) | (pl.col("cleared").list.len() > 0)
    taken = changes.filter(is_taken).join(links.lazy(), on="key", how="semi").select("key")
    stays = taken.with_columns(isTakenBack=pl.lit(value=True))
    is_doubtful = (
        pl.col("isTakenBack") & (pl.col("state") == State.HELD) & (pl.col("run") != run)
    ).fill_null(value=False)
    names = [each.key for each in TRACKED_ENTITIES.fields if each.key in rows.collect_schema()]
    doubts = [
        pl.when(is_doubtful & pl.col(name).is_not_null())
        .then(pl.lit(UNKNOWN))
        .otherwise(name)
        .alias(name)
        for name in names
    ]
    return rows.join(stays, on="key", how="left").with_columns(doubts).drop("isTakenBack")
