"""Who watches an extract sees tables and rows, and its end by the rows of the snapshot before."""

from pathlib import Path

from flows.connectors.openimis.client import Openimis
from flows.steps.extract.snapshot import copy_tables
from flows.steps.shared.runner import Runner
from staging.layout import Run
from staging.rows_before import rows_before
from staging.snapshots import read_manifest
from tests.system.extract.conftest import EVERYTHING
from transforms.reports.progress import StageProgress


class Watching(Runner):
    """A runner that keeps how far a stage was."""

    def __init__(self) -> None:
        self.seen: list[StageProgress] = []

    def show_progress(self, progress: StageProgress) -> None:
        self.seen.append(progress)


def watched(folder: Path, night: str, client: Openimis) -> tuple[list[StageProgress], int]:
    """Take a snapshot; return how far it was each time, and how many rows there are."""
    watching, run = Watching(), Run(folder, night)
    copy_tables(run, "sample", client, EVERYTHING, runner=watching)
    return watching.seen, sum(each.rows for each in read_manifest(run).tables.values())


def test_a_first_extract_counts_tables_and_rows_to_the_last(client: Openimis, tmp_path: Path):
    seen, rows = watched(tmp_path, "first", client)

    assert {each.rest for each in seen[:-1]} == {None}
    assert [each.share for each in seen] == sorted(each.share for each in seen)
    assert [each.is_over for each in seen].count(True) == 1
    tables = len(EVERYTHING)
    assert str(seen[-1].counts) == f"{tables} of {tables} tables and {rows:,} rows read"


def test_the_next_extract_knows_how_many_rows_are_left(client: Openimis, tmp_path: Path):
    _, rows = watched(tmp_path, "first", client)

    seen, again = watched(tmp_path, "second", client)

    assert rows == again
    assert [each.done + (each.rest or 0) for each in seen] == [rows] * len(seen)
    assert seen[-1].is_over


def test_a_snapshot_of_another_openimis_or_a_damaged_one_tells_nothing(
    client: Openimis, tmp_path: Path
):
    watched(tmp_path, "first", client)

    assert rows_before(tmp_path, "another", EVERYTHING) == {}
    Run(tmp_path, "first").manifest("snapshot").write_text("{")
    assert rows_before(tmp_path, "sample", EVERYTHING) == {}
