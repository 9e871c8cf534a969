"""Partitions in which nothing has changed: neither computed nor compared, and reported as before.

Each night is compared with one for which nothing is remembered.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.steps.compare import quiet
from staging.current import switch
from staging.frames import is_sound
from staging.layout import Run
from staging.manifests import ChangesManifest, DesiredManifest
from staging.rejects import read_rejects
from staging.requests import Until
from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import sample
from tests.support.sandbox import running_sandbox
from tests.support.scheme import DAY_ONE, FEW_QUESTIONS, Moment, Scheme
from tests.support.scheme.comparisons import assert_acknowledged_is_held
from tests.system.crashes.driver import KILLED, bring_in_a_process
from tests.system.crashes.points import Point
from tests.system.guards.guarded import GuardedScheme, in_openimis, leave_in_doubt
from transforms.core.fields import Treatment
from transforms.model.resources import RESOURCES

ALL = [0, 1]
TONIGHT, FULL = "tonight", "compared-in-full"
BUNDLES = {"path": "/api/tracker", "method": "POST"}


@pytest.fixture(scope="module")
def quiet_evening(guarded: GuardedScheme) -> Moment:
    """After a third night, in which nothing was to be posted."""
    guarded.begin_again()
    guarded.bring("third")
    return guarded.moment()


@pytest.fixture
def scheme(guarded: GuardedScheme, quiet_evening: Moment) -> GuardedScheme:
    guarded.back_to(quiet_evening)
    guarded.sandbox.cues.clear()
    guarded.privacy, guarded.guards = {}, FEW_QUESTIONS
    return guarded


@pytest.fixture
def sound(tmp_path: Path) -> Iterator[Scheme]:
    """A scheme of few people, in one partition, of whom nothing is held back."""
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        scheme = Scheme(tmp_path, sandbox)
        scheme.pause_seconds, scheme.partitions = 0.01, 1
        scheme.begin(sample(12, seed=2, level="1.4", as_of=DAY_ONE, defects=False))
        scheme.bring("first")
        yield scheme


def found_by(run: Run) -> dict[str, Any]:
    """Return all that a comparison says: changes, rejects, counts."""
    changes = ChangesManifest.read(run)
    rows = {
        f"{each.name} {number}": pl.read_parquet(run.changes(each.name, number)).to_dicts()
        for each in RESOURCES
        for number in range(changes.partitions)
    }
    rejects = read_rejects(run).sort("resource", "key", "stage", "reason").collect().to_dicts()
    counted = (changes.changes, changes.noted, changes.counted_only, changes.magnitude)
    return {**rows, "rejects": rejects, "counted": counted, "rows": DesiredManifest.read(run).rows}


def compared_in_full(scheme: GuardedScheme, **changes: Any) -> dict[str, Any]:
    """Compare once more, as if nothing were known of the run before."""
    before = scheme.run(str(scheme.current.last_ended))
    manifest = DesiredManifest.read(before).model_copy(update={"digest": None, "digests": []})
    before.manifest("desired").unlink()
    manifest.declare_done(before)
    plan(scheme, FULL, **changes)
    assert DesiredManifest.read(scheme.run(FULL)).as_before == []
    return found_by(scheme.run(FULL))


def plan(scheme: GuardedScheme, run_id: str, **changes: Any) -> None:
    scheme.bring(run_id, until=Until.TRANSFORM, **changes)


def shares_files(one: Run, other: Run, partition: int) -> bool:
    """Whether what a partition should be, and what is reported of it, is the same on disk."""
    pairs = [(run.desired(RESOURCES[0].name, partition), run.reported(partition))
             for run in (one, other)]  # fmt: skip
    return all(a.samefile(b) for a, b in zip(*pairs, strict=True))


def test_a_night_without_changes_computes_and_compares_nothing(scheme: GuardedScheme) -> None:
    before = scheme.writes()

    scheme.bring(TONIGHT)

    run, third = scheme.run(TONIGHT), scheme.run("third")
    assert DesiredManifest.read(run).as_before == ALL
    assert all(shares_files(run, third, number) for number in ALL)
    assert scheme.writes() == before
    assert scheme.current.confirmed
    assert scheme.current.confirmed.partitions == ALL
    found = found_by(run)
    assert found["rejects"]
    assert found == found_by(third) == compared_in_full(scheme)


@pytest.mark.longer
def test_after_a_night_with_changes_all_is_compared_but_nothing_is_computed(
    guarded: GuardedScheme,
) -> None:
    """Some objects of each partition were held back then, so it has to be seen what is left."""
    guarded.begin_again()

    plan(guarded, TONIGHT)

    run, second = guarded.run(TONIGHT), guarded.run("second")
    assert DesiredManifest.read(run).as_before == ALL
    assert not any(run.reported(each).samefile(second.reported(each)) for each in ALL)
    assert found_by(run) == compared_in_full(guarded)


POINTS = (
    ("before desired kept", 3), ("after changes kept", 2), ("before current.json", 2),
    ("after current.json", 2),
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "number"),
    [pytest.param(*each, marks=() if each == POINTS[0] else pytest.mark.large) for each in POINTS],
)
def test_a_quiet_night_that_was_killed_is_made_up_for_by_the_next(
    scheme: GuardedScheme, kind: str, number: int
) -> None:
    before = scheme.writes()
    killed = scheme.job("killed")
    assert bring_in_a_process(killed, Point(kind, number)) == KILLED

    scheme.bring(TONIGHT)

    assert found_by(scheme.run(TONIGHT)) == found_by(scheme.run("third"))
    assert scheme.writes() == before
    assert scheme.current.confirmed
    assert scheme.current.confirmed.partitions == ALL


@pytest.mark.longer
@pytest.mark.parametrize("stage", ["desired", "changes"])
def test_a_run_that_is_thinned_out_while_it_is_taken_over_costs_a_comparison_and_nothing_else(
    scheme: GuardedScheme, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    """By the sync of another target in the same folder."""
    before = scheme.writes()

    def thinned_out_when_looked_at(path: Path) -> bool:
        found = is_sound(path)
        if path.is_relative_to(scheme.run("third").manifest(stage).parent):
            path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(quiet, "is_sound", thinned_out_when_looked_at)

    scheme.bring(TONIGHT)

    run = scheme.run(TONIGHT)
    assert DesiredManifest.read(run).as_before == ([] if stage == "desired" else ALL)
    assert scheme.current.last_ended == TONIGHT
    assert scheme.writes() == before
    monkeypatch.undo()
    scheme.bring(FULL)
    assert found_by(scheme.run(FULL)) == found_by(run)
    assert_acknowledged_is_held(scheme)


@pytest.mark.large
def test_a_night_with_changes_that_was_killed_before_it_ended_has_confirmed_nothing(
    scheme: GuardedScheme,
) -> None:
    in_openimis(scheme, change_a_claim("changed"))
    assert bring_in_a_process(scheme.job("killed"), Point("after outcomes manifest", 1)) == KILLED
    assert scheme.current.confirmed
    assert scheme.current.confirmed.run == "third"

    scheme.bring(TONIGHT)

    settled = scheme.current.confirmed
    assert settled
    assert settled.run == TONIGHT
    assert DesiredManifest.read(scheme.run(TONIGHT)).before == "killed"
    assert found_by(scheme.run(TONIGHT)) == compared_in_full(scheme)


def other_privacy(scheme: GuardedScheme) -> None:
    scheme.privacy = {"Gender": Treatment.DROP}


def other_country(scheme: GuardedScheme) -> None:
    scheme.guards = scheme.guards.model_copy(update={"delete_count": 99_999})


def another_day(scheme: GuardedScheme) -> None:
    scheme.day = scheme.day.replace(year=scheme.day.year + 3)


def other_head(scheme: GuardedScheme) -> None:
    in_openimis(
        scheme,
        """UPDATE "tblFamilies" SET "InsureeID" = (SELECT max("InsureeID") FROM "tblInsuree" i
           WHERE i."FamilyID" = "tblFamilies"."FamilyID" AND i."ValidityTo" IS NULL)
           WHERE "ValidityTo" IS NULL""",
    )


def other_place(scheme: GuardedScheme) -> None:
    in_openimis(scheme, """UPDATE "tblLocations" SET "LocationName" = "LocationName" || ' 2'""")


def damaged_file(scheme: GuardedScheme) -> None:
    for number in ALL:
        scheme.run("third").desired(RESOURCES[0].name, number).write_bytes(b"PAR1")


def removed_run(scheme: GuardedScheme) -> None:
    for path in scheme.run("third").folder.rglob("*.parquet"):
        path.unlink()


CHANGES: dict[str, Callable[[GuardedScheme], None]] = {
    each.__name__: each
    for each in (
        other_privacy, other_country, another_day, other_head, other_place, damaged_file,
        removed_run,
    )
}  # fmt: skip
BY_DEFAULT = ("another_day", "damaged_file")


@pytest.mark.longer
@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=() if each in BY_DEFAULT else pytest.mark.large)
             for each in CHANGES]
)  # fmt: skip
def test_what_has_changed_is_computed_and_compared(scheme: GuardedScheme, name: str) -> None:
    CHANGES[name](scheme)

    plan(scheme, TONIGHT)

    assert DesiredManifest.read(scheme.run(TONIGHT)).as_before == []
    assert found_by(scheme.run(TONIGHT)) == compared_in_full(scheme)


@pytest.mark.large
def test_another_key_is_noticed(scheme: GuardedScheme) -> None:
    key = "another key that is made for tests and nothing else"

    plan(scheme, TONIGHT, key=key)

    assert DesiredManifest.read(scheme.run(TONIGHT)).as_before == []
    assert found_by(scheme.run(TONIGHT)) == compared_in_full(scheme, key=key)


@pytest.mark.large
def test_another_release_computes_anew(
    scheme: GuardedScheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transforms.model.digests.VERSION", "99")

    plan(scheme, TONIGHT)

    assert DesiredManifest.read(scheme.run(TONIGHT)).as_before == []


def test_one_claim_that_changed_concerns_the_partition_of_its_person(
    scheme: GuardedScheme,
) -> None:
    in_openimis(scheme, change_a_claim("changed"))

    plan(scheme, TONIGHT)

    run = scheme.run(TONIGHT)
    (other,) = DesiredManifest.read(run).as_before
    assert shares_files(run, scheme.run("third"), other)
    assert not shares_files(run, scheme.run("third"), 1 - other)
    found = found_by(run)
    assert found["counted"][0]["claim_events"]
    assert found == compared_in_full(scheme)


@pytest.mark.longer
def test_what_dhis2_refused_is_tried_again_though_nothing_has_changed(
    scheme: GuardedScheme,
) -> None:
    in_openimis(scheme, change_a_claim("POISON-1"))
    scheme.sandbox.cues.add(**BUNDLES, holds="POISON-1", status=500)
    scheme.bring("refused")
    confirmed = scheme.current.confirmed
    assert confirmed
    assert len(confirmed.partitions) == 1
    scheme.sandbox.cues.clear()

    scheme.bring(TONIGHT)

    assert DesiredManifest.read(scheme.run(TONIGHT)).as_before == ALL
    assert found_by(scheme.run(TONIGHT))["counted"][0]["claim_events"]


@pytest.mark.longer
def test_what_a_late_request_may_still_change_is_sent_once_more(sound: Scheme) -> None:
    """DHIS2 accepts all that the second night posts, and may carry out the first night's later."""
    in_openimis(sound, change_a_claim("FIRST-1"))
    leave_in_doubt(sound, "unanswered", "FIRST-1", "before")
    in_openimis(sound, change_a_claim("SECOND-1"))
    sound.bring("answered")
    before = sound.writes()

    sound.bring(TONIGHT)

    assert DesiredManifest.read(sound.run(TONIGHT)).as_before == [0]
    assert sound.writes() > before
    assert_acknowledged_is_held(sound)


def test_after_a_repair_all_is_compared(scheme: GuardedScheme) -> None:
    """A repair writes other versions of what is acknowledged than the last run has left."""
    confirmed = scheme.current.confirmed
    assert confirmed
    others = confirmed.model_copy(update={"versions": confirmed.versions | {"claim_events": "x"}})
    switch(scheme.target, scheme.current.model_copy(update={"confirmed": others}))

    plan(scheme, TONIGHT)

    run, third = scheme.run(TONIGHT), scheme.run("third")
    assert not any(run.reported(each).samefile(third.reported(each)) for each in ALL)


def change_a_claim(code: str) -> str:
    return f"""UPDATE "tblClaim" SET "ClaimCode" = '{code}' WHERE "ClaimID" = (
        SELECT max("ClaimID") FROM "tblClaim" WHERE "ValidityTo" IS NULL AND "ClaimStatus" = 16)"""
