"""What is installed says what it is, and its command hands over to each sub-command."""

import tomllib
from importlib.metadata import entry_points
from importlib.metadata import metadata as installed
from pathlib import Path

import pytest

from flows.prefect_support.command_line import COMMANDS, main
from flows.prefect_support.docs import PAGES

PROJECT = Path(__file__).parents[2]


def test_the_licence_is_that_of_openimis_and_its_text_lies_beside_it() -> None:
    text = (PROJECT / "LICENSE").read_text()

    assert installed("openimis-to-dhis2")["License-Expression"] == "AGPL-3.0-only"
    assert text.split()[:6] == ["GNU", "AFFERO", "GENERAL", "PUBLIC", "LICENSE", "Version"]
    assert "END OF TERMS AND CONDITIONS" in text


def test_no_folder_with_code_is_left_out_of_what_is_installed() -> None:
    for folder in ("flows", "staging", "transforms"):
        for module in (PROJECT / folder).rglob("*.py"):
            assert module.with_name("__init__.py").exists(), module


def test_the_command_is_installed() -> None:
    (command,) = entry_points(group="console_scripts", name="openimis-dhis2")

    assert command.load() is main


@pytest.mark.parametrize("name", COMMANDS)
def test_each_sub_command_tells_its_own_arguments(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])

    assert end.value.code == 0
    assert f"usage: openimis-dhis2 {name} " in capsys.readouterr().out


def test_the_list_of_commands_says_what_each_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])

    told = capsys.readouterr().out
    assert all(f"{name:17}{command.purpose}" in told for name, command in COMMANDS.items())


def test_a_command_that_is_none_is_refused_with_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["block"])

    told = capsys.readouterr().err
    assert end.value.code == 2
    assert all(name in told for name in COMMANDS)


def test_the_pages_are_written_into_the_folder_that_is_named(tmp_path: Path) -> None:
    assert main(["docs", str(tmp_path)]) == 0

    pages = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.md")}
    assert pages == PAGES.keys()


def test_a_folder_that_is_not_there_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["docs", str(tmp_path / "nowhere")]) == 1

    told = capsys.readouterr().err
    assert "nowhere/mapping.md cannot be written: No such file or directory." in told
    assert "name one" in told


def test_the_versions_of_python_are_the_same_in_each_place_that_names_them() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    tools = project["tool"]

    assert project["project"]["requires-python"] == ">=3.11,<3.14"
    assert tools["ruff"]["target-version"] == "py311"
    assert tools["mypy"]["python_version"] == "3.11"
