"""What docs/how-to/back-up-and-restore.md says that a backup must hold is enough."""

import shutil
from pathlib import Path

import pytest

from tests.support.scheme.contents import differences, tracker
from tests.system.guards.guarded import GuardedScheme
from transforms.changes.objects.phases import Phase
from transforms.core.errors import TargetError

pytestmark = pytest.mark.large


def back_up(scheme: GuardedScheme, backup: Path) -> None:
    """Copy what that page names, and nothing else."""
    shutil.copytree(scheme.staging_root / "acknowledged", backup / "acknowledged")
    if run := scheme.current.open_run:
        shutil.copytree(scheme.staging_root / "runs" / run, backup / "runs" / run)


def restore(scheme: GuardedScheme, backup: Path) -> None:
    """Put the backup into an empty staging root."""
    shutil.rmtree(scheme.staging_root)
    shutil.copytree(backup, scheme.staging_root)


@pytest.mark.ci
def test_a_restored_backup_lets_the_next_run_post_nothing(
    scheme: GuardedScheme, tmp_path: Path
) -> None:
    back_up(scheme, tmp_path / "backup")
    restore(scheme, tmp_path / "backup")
    before = scheme.writes()

    scheme.bring("after-the-fire")

    assert scheme.writes() == before


def test_a_restored_backup_lets_the_next_day_go_on_as_if_nothing_had_happened(
    scheme: GuardedScheme, tmp_path: Path
) -> None:
    back_up(scheme, tmp_path / "backup")
    scheme.next_day(seed=2)
    undisturbed = scheme.moment()
    scheme.bring("third")
    expected = tracker(scheme.sandbox)
    scheme.back_to(undisturbed)
    restore(scheme, tmp_path / "backup")

    scheme.bring("third")

    assert differences(tracker(scheme.sandbox), expected) == []


def test_a_backup_with_its_open_run_settles_what_was_in_doubt(
    scheme: GuardedScheme, tmp_path: Path
) -> None:
    scheme.next_day(seed=2)
    undisturbed = scheme.moment()
    scheme.bring("third")
    expected = tracker(scheme.sandbox)
    scheme.back_to(undisturbed)
    scheme.cut_short("third", Phase.PEOPLE)
    back_up(scheme, tmp_path / "backup")
    restore(scheme, tmp_path / "backup")

    scheme.bring("after-the-fire")

    assert differences(tracker(scheme.sandbox), expected) == []


def test_a_backup_that_is_older_than_the_last_load_posts_nothing_and_says_so(
    scheme: GuardedScheme, tmp_path: Path
) -> None:
    back_up(scheme, tmp_path / "backup")
    scheme.next_day(seed=2)
    scheme.bring("third")
    restore(scheme, tmp_path / "backup")
    before = scheme.writes()

    with pytest.raises(TargetError, match=r"older copy.*reconcile.*Nothing was posted\.$"):
        scheme.bring("after-the-fire")

    assert scheme.writes() == before
