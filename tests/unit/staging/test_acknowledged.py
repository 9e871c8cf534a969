"""Versions of what is acknowledged that nothing names are removed, and nothing else."""

import multiprocessing
from pathlib import Path

import pytest

from staging.acknowledged import sweep
from staging.current import Current
from staging.files import write_json
from staging.layout import Target
from tests.support.processes import answer_of_another_process
from tests.system.crashes.disk import _lay_down_rights as lay_down_rights


def test_versions_that_no_state_names_are_removed_and_nobody_elses_folders(tmp_path: Path):
    target = Target(tmp_path, "ministry")
    for version in ("old", "before", "now"):
        write_json(target.folder / version / "claim_items" / "x.json", {})
    write_json(target.folder / "an operator's copy" / "now" / "claim_items" / "x.json", {})
    (target.folder / "elsewhere").symlink_to(target.folder / "now")
    (target.folder / "lost+found").mkdir()
    states = [Current(partitions=1, versions={"claim_items": name}) for name in ("before", "now")]

    sweep(target, kept=states)

    assert {each.name for each in target.folder.iterdir()} == {
        "an operator's copy",
        "before",
        "elsewhere",
        "lost+found",
        "now",
    }


def _sweep_as_anybody(root: str, _: str, answers: "multiprocessing.Queue[str]") -> None:
    lay_down_rights()
    target = Target(Path(root), "ministry")
    sweep(target, kept=[Current(partitions=1, versions={"claim_items": "now"})])
    answers.put(", ".join(sorted(each.name for each in target.folder.iterdir())))


@pytest.mark.longer
def test_what_cannot_be_read_or_removed_stays_and_no_load_fails_for_it(tmp_path: Path):
    target = Target(tmp_path, "ministry")
    for version in ("now", "old", "stuck"):
        write_json(target.folder / version / "claim_items" / "x.json", {})
    (target.folder / "lost+found").mkdir(mode=0o000)
    (target.folder / "stuck" / "claim_items").chmod(0o500)

    left = answer_of_another_process(_sweep_as_anybody, tmp_path, "now")

    assert left == "lost+found, now, stuck"
