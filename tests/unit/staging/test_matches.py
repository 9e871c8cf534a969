"""The file of matches, as spreadsheets write it."""

from pathlib import Path

import polars as pl
import pytest

from staging.layout import Run, Target
from staging.matches import read_matches, write_matches
from transforms.core.errors import StagingError
from transforms.matching.decisions import FILE_COLUMNS

ROWS = pl.DataFrame(
    {name: ["Thiès, Santé"] if name == "openimis_name" else [name] for name in FILE_COLUMNS}
)


def written(folder: Path) -> Target:
    target = Target(folder, "ministry")
    write_matches(Run(folder, "run"), target, ROWS, None)
    return target


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    target = written(tmp_path)

    rows, checksum = read_matches(target)

    assert rows.equals(ROWS)
    assert checksum is not None


def test_before_the_first_run_there_is_nothing(tmp_path: Path) -> None:
    rows, checksum = read_matches(Target(tmp_path, "ministry"))

    assert (rows.height, checksum) == (0, None)


@pytest.mark.parametrize(
    ("separator", "encoding"),
    [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-8"), (";", "cp1252")],
)
def test_a_spreadsheet_may_choose_separator_and_encoding(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    target = written(tmp_path)
    text = ROWS.write_csv(separator=separator)
    target.matches.write_bytes(text.encode(encoding))

    assert read_matches(target)[0].equals(ROWS)


def test_what_is_no_table_is_refused_with_a_sentence(tmp_path: Path) -> None:
    target = written(tmp_path)
    target.matches.write_text('a,b\n1,2,3,4\n"')

    with pytest.raises(StagingError, match="cannot be read as CSV"):
        read_matches(target)
