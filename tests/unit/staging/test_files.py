"""A file is whole or absent; damage is found and named."""

import re
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staging.files import read_json, sealed_json, unseal, whole_or_absent, write_bytes, write_json
from transforms.core.errors import StagingError

VALUES = st.none() | st.integers(-(2**53), 2**53) | st.text(max_size=9) | st.lists(st.booleans())

JSONS = st.dictionaries(
    st.text(min_size=1, max_size=9).filter(lambda name: name != "sha256"), VALUES
)


def fail_while_writing(path: Path) -> None:
    with whole_or_absent(path) as scratch:
        scratch.write_text("half")
        _ = 1 / 0


def test_a_file_whose_writing_fails_is_absent(tmp_path: Path):
    path = tmp_path / "folder" / "file.json"

    with pytest.raises(ZeroDivisionError):
        fail_while_writing(path)

    assert list(path.parent.iterdir()) == []


def test_a_file_whose_writing_fails_stays_as_it_was(tmp_path: Path):
    path = tmp_path / "file.json"
    write_bytes(path, b"before")

    with pytest.raises(ZeroDivisionError):
        fail_while_writing(path)

    assert path.read_bytes() == b"before"


def test_folders_are_for_their_owner_alone(tmp_path: Path):
    write_bytes(tmp_path / "a" / "b" / "file", b"x")

    assert [(tmp_path / each).stat().st_mode & 0o777 for each in ("a", "a/b")] == [0o700, 0o700]


@given(content=JSONS, at=st.integers(0), change=st.integers(1, 255), cut=st.booleans())
@settings(deadline=None)
def test_json_that_was_cut_or_changed_anywhere_is_refused(
    content: dict[str, object], at: int, change: int, cut: bool
) -> None:
    written = sealed_json(content, orjson.OPT_INDENT_2 if at % 2 else 0)
    at %= len(written)
    found = written[:at] + (b"" if cut else bytes([written[at] ^ change]) + written[at + 1 :])

    assert unseal(Path("run.json"), written) == content
    with pytest.raises(StagingError, match=r"run\.json is damaged"):
        unseal(Path("run.json"), found)


def test_what_a_person_has_changed_by_hand_is_read(tmp_path: Path) -> None:
    path = tmp_path / "current.json"
    write_json(path, {"open_run": "run"})
    written = re.sub('"[0-9a-f]{64}"', '"by hand"', path.read_text())

    path.write_text(written.replace('"run"', "null"))

    assert read_json(path) == {"open_run": None}


def test_a_damaged_file_is_named(tmp_path: Path):
    path = tmp_path / "current.json"
    path.write_text("{")

    with pytest.raises(StagingError, match=r"current\.json is damaged"):
        read_json(path)
