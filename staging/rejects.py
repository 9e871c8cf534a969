"""Rejects: Parquet for machines, CSV for clerks; the same rows and reasons.

The manifest is written before the files and after. Before, it names the SHA-256 that a file may
have: that of the file which is about to be written, and that of the one which it replaces, or
`absent`. After, it names that of the file. What it names has to be there, unless it may be absent.
"""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import polars as pl

from staging.damage import DamagedError, damaged_error
from staging.files import MISSING, read_json, sha256, verify, whole_or_absent, write_json
from staging.languages import language_of
from staging.layout import Run
from transforms.changes.answers.reject_rows import hints_in, table_of
from transforms.changes.guards.magnitude import Finding
from transforms.changes.guards.magnitude_sentences import sentence

REJECTS_STAGE, ABSENT, GUARD = "rejects", "absent", "guard"
REJECTS: dict[str, pl.DataType] = {
    "resource": pl.String(),
    "key": pl.String(),
    "table": pl.String(),
    "id": pl.String(),
    "stage": pl.String(),
    "reason": pl.String(),
    "reasons": pl.String(),
    "hint": pl.String(),
}


def write_rejects(run: Run, rejects: Mapping[str, pl.DataFrame]) -> None:
    """Write the rejects of some resources; see `REJECTS` for the columns.

    Hints are English for machines, and in the language of the run's reports for clerks.
    """
    language = language_of(run)
    with ExitStack() as files:
        written = {
            name: _write(files.enter_context(whole_or_absent(run.rejects(name))), rows)
            for name, rows in rejects.items()
        }
        may_be = {name: [*_present(run, name), new] for name, new in written.items()}
        write_json(run.manifest(REJECTS_STAGE), _checksums(run) | may_be)
    write_json(
        run.manifest(REJECTS_STAGE),
        _checksums(run) | {name: [new] for name, new in written.items()},
    )
    for name, rows in rejects.items():
        with whole_or_absent(run.rejects(name).with_suffix(".csv")) as scratch:
            shown = rows if name == GUARD else hints_in(rows, language)
            _order(shown).write_csv(scratch)


def write_held_back(run: Run, findings: Sequence[Finding]) -> None:
    """Write what a guard holds back, a row each: how many objects, and what lifts it."""
    language = language_of(run)
    rows = [
        {
            "resource": each.resource,
            "table": table_of(each.resource, each.name),
            "id": each.name or each.kind.value,
            "stage": GUARD,
            "reason": each.kind.reason,
            "reasons": each.kind.reason,
            "hint": language.of(sentence(each)),
        }
        for each in findings
        if not each.why
    ]
    if rows or GUARD in _checksums(run):
        write_rejects(run, {GUARD: pl.DataFrame(rows, schema=REJECTS)})


def read_rejects(run: Run) -> pl.LazyFrame:
    """Return all rejects of a run.

    Raises:
        StagingError: A file is missing, or not as it was written.
    """
    frames = [pl.LazyFrame(schema=REJECTS)]
    for name, checksums in _checksums(run).items():
        path = run.rejects(name)
        if path.exists():
            verify(path, *checksums)
            frames.append(pl.scan_parquet(path))
        elif ABSENT not in checksums:
            raise damaged_error(path, MISSING)
    return pl.concat(frames)


def discard_unless_listed(run: Run) -> None:
    """Remove the rejects of a run whose manifest is damaged: nobody can tell which they are."""
    try:
        _checksums(run)
    except DamagedError:
        shutil.rmtree(run.manifest(REJECTS_STAGE).parent)


def _checksums(run: Run) -> dict[str, list[str]]:
    manifest = run.manifest(REJECTS_STAGE)
    return read_json(manifest) if manifest.exists() else {}


def _present(run: Run, name: str) -> list[str]:
    """Return the SHA-256 of the file that is about to be replaced, if it is as it was written."""
    path = run.rejects(name)
    if not path.exists():
        return [ABSENT]
    present = sha256(path)
    return [each for each in _checksums(run).get(name, []) if each == present]


def _write(path: Path, rows: pl.DataFrame) -> str:
    _order(rows).write_parquet(path)
    return sha256(path)


def _order(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(*REJECTS).sort("reason", "id")
