"""A snapshot of another openIMIS, or of half of one, is not taken for what people did there."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from flows.steps.compare.source_identity import check_source, source_of
from staging.current import Current, LoadedSource, read_current, switch
from staging.layout import Run, Target
from staging.snapshots import SnapshotManifest, TableManifest, write_manifest
from transforms.changes.guards.permissions import Allow
from transforms.core.errors import GuardError
from transforms.openimis.country import Guards

GUARDS = Guards(shrink_share=0.05, shrink_count=100)
YESTERDAY, TODAY = map(datetime.fromisoformat, ("2026-01-01T02:00", "2026-01-02T02:00"))
BEFORE = datetime.fromisoformat("2025-12-31")
ROWS = {"tblInsuree": 10_000, "tblClaim": 1_000, "tblGender": 3}
OLDEST = {"tblLocations": "a place", "tblHF": "a facility", "tblInsuree": "a person"}
OTHERS = {"tblLocations": "elsewhere", "tblInsuree": "somebody else"}
KNOWN = LoadedSource(
    database="here", oldest_rows=OLDEST, as_of=YESTERDAY, taken_at=YESTERDAY, rows=ROWS
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path, "tuesday")


def check(
    run: Run,
    *,
    rows: dict[str, int] | None = None,
    oldest_rows: dict[str, str] | None = None,
    database: str = "here",
    as_of: datetime = TODAY,
    taken_at: datetime = TODAY,
    is_behind: bool = False,
    known: LoadedSource | None = KNOWN,
    **meant: bool,
) -> list[str]:
    """Check a snapshot that differs from yesterday's in this."""
    tables = {
        name: TableManifest(rows=count, columns=[], missing=[], sha256="")
        for name, count in (ROWS | (rows or {})).items()
    }
    manifest = SnapshotManifest(
        source="scheme",
        as_of=as_of,
        is_behind=is_behind,
        taken_at=taken_at,
        database=database,
        oldest_rows=OLDEST if oldest_rows is None else oldest_rows,
        tables=tables,
    )
    write_manifest(run, manifest)
    return check_source(run, Current(partitions=1, source=known), GUARDS, **meant)


def refusal(run: Run, **differences: Any) -> str:
    with pytest.raises(GuardError, match=r"Nothing was posted\.$") as told:
        check(run, **differences)
    return str(told.value)


def test_a_table_that_came_out_empty_is_told_however_small_it_was(run: Run) -> None:
    [told] = check(run, rows={"tblGender": 0})

    assert "tblGender has 0 rows instead of 3" in told
    assert "is held back" in told


def test_a_table_that_is_not_read_any_more_is_one_that_came_out_empty(run: Run) -> None:
    known = KNOWN.model_copy(update={"rows": ROWS | {"tblPolicy": 12}})

    [told] = check(run, known=known)

    assert "tblPolicy has 0 rows instead of 12" in told


def test_tables_that_shrank_by_more_than_share_and_count_are_all_told(run: Run) -> None:
    [told] = check(run, rows={"tblInsuree": 9_499, "tblClaim": 899})

    assert "tblInsuree has 9499 rows instead of 10000" in told
    assert "tblClaim has 899 rows instead of 1000" in told


@pytest.mark.parametrize(
    "rows",
    [{"tblInsuree": 9_500}, {"tblClaim": 900}, {"tblGender": 1}, {"tblClaim": 50_000}],
    ids=["a small share", "few", "few of very few", "more"],
)
def test_one_bound_alone_is_not_enough(run: Run, rows: dict[str, int]) -> None:
    assert check(run, rows=rows) == []


def test_another_openimis_is_refused_and_the_tables_that_tell_it_are_named(run: Run) -> None:
    said = refusal(run, oldest_rows=OLDEST | OTHERS)

    assert "another openIMIS" in said
    assert "oldest rows of tblInsuree, tblLocations are others" in said
    assert "allow=new_source" in said


@pytest.mark.parametrize("table", OLDEST)
def test_one_oldest_row_that_is_another_is_told_and_is_not_another_openimis(
    run: Run, table: str
) -> None:
    [told] = check(run, oldest_rows=OLDEST | {table: "another one"})

    assert f"The oldest row of {table} is another one" in told


def test_one_oldest_row_that_is_another_in_another_database_is_another_openimis(
    run: Run,
) -> None:
    said = refusal(run, oldest_rows=OLDEST | {"tblHF": "another one"}, database="elsewhere")

    assert "oldest rows of tblHF are others" in said


def test_another_openimis_that_is_permitted_passes_and_what_it_lacks_is_told(run: Run) -> None:
    told = check(run, oldest_rows=OLDEST | OTHERS, rows={"tblClaim": 1}, allow=[Allow.NEW_SOURCE])

    assert len(told) == len(OTHERS) + 1
    assert "tblClaim has 1 rows instead of 1000" in told[-1]


def test_a_new_source_lifts_no_other_guard(run: Run) -> None:
    others, before = OLDEST | OTHERS, {"as_of": BEFORE, "taken_at": BEFORE}

    older = refusal(run, oldest_rows=others, **before, allow=[Allow.NEW_SOURCE])
    another = refusal(run, oldest_rows=others, **before, allow=[Allow.OLDER_SNAPSHOT])

    assert "older than the last one" in older
    assert "another openIMIS" in another


def test_a_table_that_had_no_rows_yet_is_not_another_openimis(run: Run) -> None:
    assert check(run, oldest_rows=OLDEST | {"tblFamilies": "the first family"}) == []


def test_the_same_data_on_another_server_are_told_and_go_on(run: Run) -> None:
    [told] = check(run, database="elsewhere")

    assert "another server or database" in told


def test_a_run_that_was_begun_before_the_last_load_does_not_set_dhis2_back(run: Run) -> None:
    said = refusal(run, as_of=BEFORE, taken_at=BEFORE)

    assert "2025-12-31 00:00:00, older than the last one that was loaded (2026-01-01" in said
    assert "Start a new run" in said
    assert "allow=older_snapshot" in said
    [told] = check(run, as_of=BEFORE, taken_at=BEFORE, allow=[Allow.OLDER_SNAPSHOT])
    assert "set back" in told


def test_a_replica_that_has_not_got_as_far_as_the_last_load_does_not_set_dhis2_back(
    run: Run,
) -> None:
    said = refusal(run, as_of=BEFORE, is_behind=True)

    assert "has got to 2025-12-31 00:00:00" in said
    assert "as of 2026-01-01 02:00:00 already" in said
    assert "allow=older_snapshot" in said
    assert len(check(run, as_of=BEFORE, is_behind=True, allow=[Allow.OLDER_SNAPSHOT])) == 1


def test_a_replica_that_is_behind_and_newer_than_the_last_load_is_loaded(run: Run) -> None:
    assert check(run, as_of=YESTERDAY, is_behind=True) == []


def test_a_clock_of_this_machine_that_was_set_back_stops_nothing(run: Run) -> None:
    assert check(run, taken_at=BEFORE) == []


def test_a_clock_that_was_set_back_is_told(run: Run) -> None:
    [told] = check(run, as_of=BEFORE)

    assert "2025-12-31 00:00:00" in told
    assert "set back" in told


def test_the_first_run_has_nothing_to_compare_with(run: Run) -> None:
    assert check(run, known=None, rows={"tblClaim": 0}, oldest_rows=OTHERS) == []


def test_what_is_known_of_openimis_outlives_the_run_that_read_it(run: Run) -> None:
    check(run)
    target = Target(run.root, "ministry")
    switch(target, Current(partitions=1, source=source_of(run)))

    kept = read_current(target)

    assert kept is not None
    assert kept.source == KNOWN.model_copy(update={"as_of": TODAY, "taken_at": TODAY})
