"""The file of matches: a CSV that a person edits between two runs; it is whole or as it was."""

import orjson
import polars as pl

from staging.files import checksum, whole_or_absent, write_bytes
from staging.layout import Run, Target
from transforms.core.csv_texts import separator_of
from transforms.core.errors import StagingError
from transforms.core.json_texts import Json
from transforms.matching.decisions import FILE_COLUMNS

ENCODINGS = ("utf-8-sig", "cp1252")
"""A spreadsheet may write the second, which reads any file."""


def read_matches(target: Target) -> tuple[pl.DataFrame, str | None]:
    """Return the rows of the file of matches, all texts, and its SHA-256: None if there is none.

    Raises:
        StagingError: It cannot be read as CSV.
    """
    path = target.matches
    if not path.exists():
        return pl.DataFrame(schema=dict.fromkeys(FILE_COLUMNS, pl.String())), None
    content = path.read_bytes()
    text = _decode(content)
    separator = separator_of(text.partition("\n")[0])
    try:
        rows = pl.read_csv(text.encode(), separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise StagingError(
            f"{path} cannot be read as CSV ({type(error).__name__}). Correct it, or put back the "
            f"copy that the last run left in its folder. Nothing was written."
        ) from error
    return rows, checksum(content)


def write_matches(run: Run, target: Target, rows: pl.DataFrame, read: str | None) -> None:
    """Write the file of matches, and a copy of it into the run's folder.

    Args:
        run: The run.
        target: Whose org units these are.
        rows: All rows of the file.
        read: SHA-256 of the file that the rows were made of; None: there was none.

    Raises:
        StagingError: Somebody has changed the file meanwhile.
    """
    path = target.matches
    found = checksum(path.read_bytes()) if path.exists() else None
    if found != read:
        raise StagingError(
            f"{path} was changed while this run was at work, which would lose the changes. Run "
            f"this again. Nothing was written."
        )
    for each in (path, run.matches):
        with whole_or_absent(each) as scratch:
            rows.write_csv(scratch, include_bom=True)


def write_match_page(run: Run, page: str) -> None:
    """Write the page of a run that matched org units."""
    write_bytes(run.matches.with_suffix(".md"), page.encode())


def write_match_map(run: Run, content: Json) -> None:
    """Write the map of a run that matched org units."""
    write_bytes(run.matches.with_suffix(".geojson"), orjson.dumps(content))


def _decode(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode(ENCODINGS[-1], errors="replace")
