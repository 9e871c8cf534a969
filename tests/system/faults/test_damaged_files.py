"""A file that was cut or changed on disk is found, named, and never read as data.

What the sentence says is then done, to the letter, and DHIS2 ends as if nothing had happened.
"""

import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from flows.steps.load.open_and_close import close_load
from flows.steps.shared.current_state import current_or_first
from staging.files import read_json, write_json
from staging.frames import declare_done, scan_frame, write_frame
from staging.layout import Run
from staging.outbox import bundles
from staging.rejects import read_rejects
from tests.support.cases import first_in_ci
from tests.support.scheme import Scheme, extract
from tests.support.tally import DAMAGED_FILES
from tests.system.crashes.story import CHANGES, Story
from tests.system.faults.endings import ending, is_for_people
from transforms.changes.objects.phases import Phase
from transforms.core.errors import StagingError

pytestmark = pytest.mark.large

ANOTHER, THE_DAY_AFTER = "another-run", "the-day-after"
Damage = Callable[[bytes], bytes]

DAMAGES: dict[str, Damage] = {
    "cut in the middle": lambda content: content[: len(content) // 2],
    "without its last byte": lambda content: content[:-1],
    "one byte flipped": lambda content: _flipped(content, len(content) // 2),
    "its first byte flipped": lambda content: _flipped(content, 0),
}


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0x04]) + content[at + 1 :]


def to_the_beginning(scheme: Scheme) -> None:
    shutil.rmtree(scheme.job(CHANGES).run.folder)


def to_the_snapshot(scheme: Scheme) -> None:
    to_the_beginning(scheme)
    extract(scheme.job(CHANGES))


def without_bundles(scheme: Scheme) -> None:
    shutil.rmtree(scheme.job(CHANGES).run.folder / "outbox")


def without_changes(scheme: Scheme) -> None:
    without_bundles(scheme)
    shutil.rmtree(scheme.job(CHANGES).run.folder / "changes")


def staged(scheme: Scheme) -> None:
    del scheme


def posted_up_to(last: Phase) -> Callable[[Scheme], None]:
    def post(scheme: Scheme) -> None:
        scheme.cut_short(CHANGES, last)

    return post


def in_doubt(scheme: Scheme) -> None:
    posted_up_to(Phase.RELEASE)(scheme)
    (
        next(iter(sorted(scheme.staging_root.glob("runs/changes/outbox/1-*/*.receipt.json"))))
    ).unlink()


# What is damaged → the moment at which it is read next, and where it lies.
READ_BY_A_RUN: dict[str, tuple[Callable[[Scheme], None], str]] = {
    "a table of the snapshot": (to_the_snapshot, "runs/changes/snapshot/tblClaim.parquet"),
    "the manifest of the snapshot": (to_the_snapshot, "runs/changes/snapshot/manifest.json"),
    "desired objects": (without_changes, "runs/changes/desired/claim_events/001.parquet"),
    "desired org units": (without_changes, "runs/changes/desired/org_units/000.parquet"),
    "the manifest of desired": (without_changes, "runs/changes/desired/manifest.json"),
    "changes that are rendered": (without_bundles, "runs/changes/changes/policy_events/*.parquet"),
    "changes that are folded": (
        posted_up_to(Phase.EVENTS),
        "runs/changes/changes/claim_events/*.parquet",
    ),
    "the manifest of changes": (staged, "runs/changes/changes/manifest.json"),
    "a bundle that was not begun": (staged, "runs/changes/outbox/5-*/*.json"),
    "a bundle in doubt": (in_doubt, "runs/changes/outbox/1-*/00001.json"),
    "the manifest of the outbox": (in_doubt, "runs/changes/outbox/manifest.json"),
    "run.json": (without_bundles, "runs/changes/run.json"),
    "acknowledged objects": (
        to_the_beginning,
        "acknowledged/ministry/{claim_events}/claim_events/000.parquet",
    ),
    "acknowledged org units": (
        to_the_beginning,
        "acknowledged/ministry/{org_units}/org_units/000.parquet",
    ),
    "acknowledged objects that are folded": (
        posted_up_to(Phase.EVENTS),
        "acknowledged/ministry/{tracked_entities}/tracked_entities/001.parquet",
    ),
    "current.json": (to_the_beginning, "acknowledged/ministry/current.json"),
}


@pytest.mark.parametrize(
    "what",
    READ_BY_A_RUN,
)
def test_a_damaged_file_is_named_and_what_is_said_of_it_helps(
    disturbed: Story, tmp_path: Path, what: str
) -> None:
    names = list(DAMAGES)
    for pair in (names[:2], names[2:]):
        damaged_and_recovered(disturbed, tmp_path / pair[0], what, pair)


def damaged_and_recovered(disturbed: Story, backup: Path, what: str, names: Sequence[str]) -> None:
    """Damage a file just before it is read, in one way after another; do what is said at last."""
    scheme, (moment, place) = disturbed.scheme, READ_BY_A_RUN[what]
    disturbed.begin(CHANGES)
    moment(scheme)
    damaged = first(
        scheme.staging_root, place.format(**current_or_first(scheme.target, 0).versions)
    )
    shutil.copytree(scheme.target.folder, backup)
    before = scheme.writes()

    for name in names:
        sentence = said_of(damaged, DAMAGES[name], lambda: ending(scheme.job(CHANGES)))
        assert str(damaged) in sentence
        assert is_for_people(sentence)
    written = scheme.writes() - before
    scheme.bring(followed(sentence, backup))

    assert written == 0 or "folded" in what or moment is in_doubt or "not begun" in what
    if moment is in_doubt or "not begun" in what:
        scheme.bring(THE_DAY_AFTER)
    disturbed.assert_undisturbed(CHANGES, f"{what}: {', then '.join(names)}", DAMAGED_FILES)


def first(area: Path, place: str) -> Path:
    """Return the first file with content that lies at a place."""
    found = [path for path in sorted(area.glob(place)) if not path.name.endswith(".receipt.json")]
    return next(path for path in found if path.stat().st_size)


def said_of(path: Path, damage: Damage, read: Callable[[], str | None]) -> str:
    """Damage a file, return what is said when it is read, and leave it damaged."""
    sound = path.with_name(f"{path.name}.sound")
    if not sound.exists():
        shutil.copy(path, sound)
    content = damage(sound.read_bytes())
    path.unlink()  # it may be linked to: an unchanged partition is in both versions
    path.write_bytes(content)
    return str(read())


def followed(sentence: str, backup: Path) -> str:
    """Do what a sentence says; return the run that it says to start."""
    if found := re.search(r"Remove the (?:folder|file) (\S+?),? then", sentence):
        path = Path(found[1])
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if found := re.search(r"Restore the folder (\S+) from its backup", sentence):
        shutil.rmtree(found[1])
        shutil.copytree(backup, found[1])
    return ANOTHER if "start a new run" in sentence else CHANGES


PHASES = ("1-delete-events", "4-release", "5-people", "6-events")


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("next_run", [CHANGES, ANOTHER])
def test_a_bundle_whose_receipt_is_damaged_is_posted_once_more_or_compared_again(
    disturbed: Story, phase: str, next_run: str
) -> None:
    disturbed.begin(CHANGES)
    posted_up_to(Phase.EVENTS)(disturbed.scheme)
    area = disturbed.scheme.staging_root
    receipt = sorted(area.glob(f"runs/changes/outbox/{phase}/*.receipt.json"))[0]
    damage = list(DAMAGES.values())[PHASES.index(phase)]

    receipt.write_bytes(damage(receipt.read_bytes()))
    disturbed.scheme.bring(next_run)
    disturbed.scheme.bring(THE_DAY_AFTER)

    disturbed.assert_undisturbed(CHANGES, f"a receipt of {phase}, then {next_run}", DAMAGED_FILES)


def test_a_number_is_given_again_when_the_receipt_of_its_release_is_damaged(
    disturbed: Story,
) -> None:
    disturbed.begin(CHANGES)
    posted_up_to(Phase.EVENTS)(disturbed.scheme)
    area = disturbed.scheme.staging_root

    for receipt in area.glob("runs/changes/outbox/4-release/*.receipt.json"):
        receipt.write_bytes(receipt.read_bytes()[:-1])
    disturbed.scheme.bring(CHANGES)

    expected = disturbed.chapters[CHANGES].held["trackedEntities"]
    held = disturbed.scheme.sandbox.content()["trackedEntities"]
    numbers = {uid: row["attributes"] for uid, row in held.items()}
    assert {uid: row["attributes"] for uid, row in expected.items()} == {
        uid: {name: value for name, value in row.items() if value is not None}
        for uid, row in numbers.items()
    }


@pytest.mark.parametrize("damage", first_in_ci(DAMAGES))
def test_a_receipt_that_is_damaged_during_the_load_is_not_folded(
    disturbed: Story, damage: str
) -> None:
    disturbed.begin(CHANGES)
    posted_up_to(Phase.EVENTS)(disturbed.scheme)
    job = disturbed.scheme.job(CHANGES)
    current = current_or_first(job.target, 0)
    receipt = next(each.receipt for each in bundles(job.run) if each.is_settled)
    receipt.write_bytes(DAMAGES[damage](receipt.read_bytes()))

    with job.client() as client, pytest.raises(StagingError) as raised:
        close_load(job.run, job.target, client, current)

    assert str(receipt) in str(raised.value)
    assert "posts the bundle once more" in str(raised.value)
    disturbed.scheme.bring(CHANGES)
    disturbed.scheme.bring(THE_DAY_AFTER)
    disturbed.assert_undisturbed(CHANGES, f"a receipt, while folding: {damage}", DAMAGED_FILES)


# What is damaged → where it lies, and what reads it.
READ_ALONE: dict[str, tuple[str, Callable[[Run], object]]] = {
    "outcomes": ("outcomes/outcomes.parquet", lambda run: scan_frame(run.outcomes)),
    "the manifest of outcomes": ("outcomes/manifest.json", lambda run: scan_frame(run.outcomes)),
    "rejects": ("rejects/claim_events.parquet", read_rejects),
    "the manifest of rejects": ("rejects/manifest.json", read_rejects),
    "summary.json": ("summary.json", lambda run: read_json(run.summary)),
    "what was read back": (
        "read_back/claim_events/000.parquet",
        lambda run: scan_frame(run.read_back("claim_events")),
    ),
}


@pytest.mark.parametrize("what", READ_ALONE)
def test_a_damaged_report_is_named_too(disturbed: Story, what: str) -> None:
    place, read = READ_ALONE[what]
    disturbed.begin(CHANGES)
    disturbed.scheme.bring(CHANGES)
    run = disturbed.scheme.job(CHANGES).run
    write_json(run.summary, {"rejects": {}})
    write_frame(run.read_back("claim_events"), scan_frame(run.outcomes))
    declare_done(run, "read_back/claim_events", {})
    read(run)

    def reading() -> str | None:
        try:
            read(run)
        except StagingError as error:
            return str(error)
        return None

    for name, damage in DAMAGES.items():
        sentence = said_of(run.folder / place, damage, reading)

        assert str(run.folder / place) in sentence
        assert is_for_people(sentence)
        disturbed.count(CHANGES, f"{what}: {name}", DAMAGED_FILES)
