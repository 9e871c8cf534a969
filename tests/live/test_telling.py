"""A story of somebody else's DHIS2 judges its steps, and what is theirs."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.live.outcomes import Counts, Ending, must
from tests.live.proxy import Proxy
from tests.live.report import Page
from tests.live.telling import Telling, differences


class Theirs:
    """What somebody else has."""

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {"users": [{"id": "U", "name": "Neema"}], "people": []}
        self.telling = Telling(self.read, Proxy("http://127.0.0.1:1"))

    def read(self) -> bytes:
        return json.dumps(self.objects).encode()

    def begin(self) -> Counts:
        """They have something."""
        self.telling.take_picture()
        return {}

    def nothing(self) -> Counts:
        """Nothing is done."""
        return {"objects": 1}

    def rename(self) -> Counts:
        """A user of theirs is renamed."""
        self.objects["users"][0]["name"] = "Renamed"
        return {}

    def fail(self) -> Counts:
        """Something is not as it must be."""
        must(holds=False, sentence="it is otherwise")
        return {}


@pytest.fixture
def theirs() -> Theirs:
    begun = Theirs()
    begun.telling.step("begin", begun.begin)
    return begun


def endings(theirs: Theirs) -> dict[str, Ending]:
    return {name: each.ending for name, each in theirs.telling.outcomes.items()}


def test_a_step_that_changes_what_is_theirs_fails_and_names_it_without_values(
    theirs: Theirs,
) -> None:
    theirs.telling.step("renames", theirs.rename)
    theirs.telling.step("after", theirs.nothing)

    assert endings(theirs) == {
        "begin": Ending.PASSED, "renames": Ending.FAILED, "after": Ending.PASSED,
    }  # fmt: skip
    assert "users U (name)" in theirs.telling.outcomes["renames"].said
    assert "Neema" not in theirs.telling.outcomes["renames"].said


def test_a_step_that_fails_stops_only_what_needs_it_and_the_story_ends_with_1(
    theirs: Theirs, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    theirs.telling.step("fails", theirs.fail)
    theirs.telling.step("needs", theirs.nothing, "fails")
    theirs.telling.step("goes on", theirs.nothing)
    page = Page(tmp_path / "page.md", "# Head\n")

    code = theirs.telling.end("2.42.5.2", "a test", page)

    assert code == 1
    assert endings(theirs) == {
        "begin": Ending.PASSED, "fails": Ending.FAILED, "needs": Ending.NOT_DONE,
        "goes on": Ending.PASSED,
    }  # fmt: skip
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("DHIS2 2.42.5.2: 4 steps: 2 passed, 1 FAILED, 1 not done")
    assert "| `goes on` | Nothing is done | passed | 1 objects, theirs as before |" in (
        page.path.read_text()
    )


def test_a_story_whose_steps_all_passed_ends_with_0(theirs: Theirs) -> None:
    theirs.telling.step("goes on", theirs.nothing)

    assert theirs.telling.end("2.42.5.2", "a test", None) == 0


def test_what_has_gone_and_what_is_new_is_named() -> None:
    before = json.dumps({"people": [{"trackedEntity": "A"}, {"trackedEntity": "B"}]}).encode()
    now = json.dumps({"people": [{"trackedEntity": "B"}, {"trackedEntity": "C"}]}).encode()

    assert differences(before, now) == ["people A (gone)", "people C (new)"]
