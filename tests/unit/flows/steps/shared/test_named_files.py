"""CSV files of people are read as spreadsheets of several languages write them."""

from pathlib import Path

import pytest

from flows.steps.load.population_figures import read_figures
from flows.steps.shared.named_files import read_coordinates, read_match_table
from transforms.core.errors import CountryError
from transforms.openimis.country import Country, Root
from transforms.openimis.match_settings import MatchSettings

ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    (folder / "file.csv").write_text(text, encoding=encoding)
    return folder / "country.toml"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("code,longitude,latitude\nA,8.5,-3.25\n", "utf-8"),
        ("code;longitude;latitude\nA;8,5;-3,25\n", "utf-8-sig"),
        ("code\tlongitude\tlatitude\nA\t8,5\t -3,25\n", "utf-8"),
        ('code,longitude,latitude\nA,"8,5","-3,25"\n', "utf-8"),
    ],
)
def test_coordinates_are_read_with_any_separator_and_a_decimal_comma(
    text: str, encoding: str, tmp_path: Path
) -> None:
    country = Country(root=ROOT, coordinates="file.csv")

    found = read_coordinates(written(tmp_path, text, encoding), country)

    assert found is not None
    assert found.rows() == [("A", 8.5, -3.25)]


def test_a_table_of_places_is_read_with_any_separator(tmp_path: Path) -> None:
    country = Country(root=ROOT, match=MatchSettings(table="file.csv"))

    found = read_match_table(written(tmp_path, "code;uid\nA;ImspTQPwCqd\n"), country)

    assert found is not None
    assert found["uid"].to_list() == ["ImspTQPwCqd"]


def test_population_figures_are_read_with_any_separator(tmp_path: Path) -> None:
    written(tmp_path, "code;year;population\nD1;2024;12500\n", "utf-8-sig")

    found = read_figures(tmp_path / "file.csv")

    assert found.rows() == [("D1", "2024", "12500")]


def test_a_file_in_another_encoding_is_refused_with_the_one_that_is_expected(
    tmp_path: Path,
) -> None:
    country = Country(root=ROOT, coordinates="file.csv")
    text = "code;longitude;latitude\nAgad\u00e8z;8,5;3,2\n"

    with pytest.raises(CountryError, match=r"as CSV in UTF-8 \(UnicodeDecodeError\)"):
        read_coordinates(written(tmp_path, text, "cp1252"), country)
    with pytest.raises(CountryError, match=r"as CSV in UTF-8 \(UnicodeDecodeError\)"):
        read_figures(tmp_path / "file.csv")
