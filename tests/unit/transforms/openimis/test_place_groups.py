"""Groups of places that openIMIS knows nothing of, from a CSV file of the country."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.steps.shared.named_files import read_place_groups
from tests.support.builders import PLACES, register, uuid
from transforms.core.errors import CountryError
from transforms.model.org_unit_groups import org_unit_group_objects
from transforms.model.org_units import org_units
from transforms.openimis.country import Country, Root
from transforms.openimis.place_groups import lines_without_place
from transforms.openimis.tables.places import GROUP_SETS

ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
COUNTRY = Country(root=ROOT, place_groups="groups.csv")
GROUPS = {group.key: group.uid for group_set in GROUP_SETS for group in group_set.groups}
FACILITY, VILLAGE = "RAHOS001", "R1D1M1V1"


def read(folder: Path, text: str, encoding: str = "utf-8") -> pl.DataFrame:
    (folder / "groups.csv").write_text(text, encoding=encoding)
    found = read_place_groups(folder / "country.toml", COUNTRY)
    assert found is not None
    return found


def groups_of(file: pl.DataFrame | None, table: str, number: int, **tables: Any) -> list[str]:
    units = org_units(register(**tables), country=COUNTRY, place_groups=file).collect()
    row = units.row(by_predicate=pl.col("key") == uuid(table, number), named=True)
    names = {uid: key for key, uid in GROUPS.items()}
    return [names[uid] for uid in row["groups"]]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_facility_is_in_the_groups_of_the_file_besides_those_that_openimis_tells(
    separator: str, tmp_path: Path
):
    lines = (
        "Code,facility_type,facility_kind,settlement",
        f"{FACILITY},district_hospital,eye,urban",
    )

    file = read(tmp_path, "\n".join(lines).replace(",", separator))

    assert groups_of(file, "tblHF", 1) == ["hospital", "district_hospital", "eye", "urban"]
    assert groups_of(None, "tblHF", 1) == ["hospital"]


def test_a_village_is_urban_or_rural_and_has_no_type_of_facility(tmp_path: Path):
    file = read(tmp_path, f"code,settlement,facility_type\n {VILLAGE} ,rural,ngo\n")

    assert groups_of(file, "tblLocations", 4) == ["village", "rural"]


def test_what_is_empty_says_nothing_and_every_row_of_a_code_is_in_the_group(tmp_path: Path):
    file = read(tmp_path, f"code,facility_type,settlement\n{FACILITY},ngo,\n")
    twice: Any = [{"HFCode": FACILITY}, {"HFCode": f"{FACILITY} "}]

    assert [groups_of(file, "tblHF", number, HF=twice)[1:] for number in (1, 2)] == [["ngo"]] * 2


def test_a_file_that_excel_wrote_begins_with_a_mark_of_its_own(tmp_path: Path):
    file = read(tmp_path, f"code;settlement\n{VILLAGE};urban\n", encoding="utf-8-sig")

    assert groups_of(file, "tblLocations", 4) == ["village", "urban"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "cannot be read as CSV"),
        ("code\nA\n", "expected are code and one or more of facility_type, facility_kind"),
        ("facility_type\nngo\n", "expected are code"),
        ("code,facility_type,level\nA,ngo,H\n", "other columns than expected"),
        ("code,Code,settlement\nA,A,urban\n", "cannot be read as CSV"),
        ("code,settlement\nA,urban\nB,city\nC,town\n", "2 lines with a settlement.*line 3.*urban"),
        ("code,settlement\nA,urban\n,rural\n", "1 lines with a code that is empty.*line 3"),
        ("code,settlement\nA,urban\nB,rural\n A,rural\n", "2 lines with a code.*line 2"),
        ("code,settlement\nA,urban,too much\n", "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_not_as_it_must_be_stops_the_run_in_one_sentence_without_values(
    text: str, told: str, tmp_path: Path
):
    with pytest.raises(CountryError, match=told) as raised:
        read(tmp_path, text)

    assert "Nothing was done" in str(raised.value)
    assert "city" not in str(raised.value)


def test_a_file_in_another_encoding_or_that_is_not_there_stops_the_run(tmp_path: Path):
    with pytest.raises(CountryError, match=r"groups.csv cannot be read.*FileNotFoundError"):
        read_place_groups(tmp_path / "country.toml", COUNTRY)
    with pytest.raises(CountryError, match="in UTF-8"):
        read(tmp_path, "code,settlement\nAgad\u00e8z,urban\n", encoding="cp1252")


def test_without_such_a_file_nothing_is_read(tmp_path: Path):
    assert read_place_groups(tmp_path / "country.toml", Country(root=ROOT)) is None


def test_lines_that_reach_no_place_are_told_by_their_numbers(tmp_path: Path):
    text = f"code,facility_type,settlement\n{FACILITY},ngo,\nNOWHERE,ngo,urban\n{VILLAGE},ngo,\n"
    file = read(tmp_path, text)

    assert lines_without_place(file, register(Locations=PLACES)) == [3, 4]


def test_the_group_sets_say_where_their_members_come_from():
    def told(country: Country) -> set[str]:
        sets = org_unit_group_objects(country)["organisationUnitGroupSets"]
        empty = {
            "Facility type (openIMIS)",
            "Facility kind (openIMIS)",
            "Urban and rural (openIMIS)",
        }
        return {row["description"] for row in sets if row["name"] in empty}

    assert all("place_groups" in text for text in told(COUNTRY))
    assert all("Not known to openIMIS" in text for text in told(Country(root=ROOT)))
