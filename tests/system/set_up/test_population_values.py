"""Population figures into a DHIS2 of each version."""

from typing import Any

import polars as pl
import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.steps.load.population_figures import ImportResult, write_figures
from tests.support.sandbox import Sandbox
from tests.support.sandbox.state import ADMIN as ADMIN_UID
from tests.system.set_up.a_country import DISTRICT, ROOT, a_country, frame, place, places
from transforms.core.errors import TargetError
from transforms.model.tables.calendars import CALENDARS
from transforms.package.population import FIGURES, population_objects

ELEMENT = "UbpmYBEmuwK"


@pytest.fixture(autouse=True)
def _dhis2_is_set_up(dhis2: Dhis2, sandbox: Sandbox) -> None:
    """With a region, its district, and the data set, which is the district's."""
    line = (ROOT, "RegionOneAA", "DistrictOne", "DistrictTwo")
    above = (None, ROOT, "RegionOneAA", "RegionOneAA")
    units = [
        {"id": uid, "name": uid, "shortName": uid, "openingDate": "2000-01-01"}
        | ({"parent": {"id": parent}} if parent else {})
        for uid, parent in zip(line, above, strict=True)
    ]
    payload = population_objects()
    payload["dataSets"][0]["organisationUnits"] = [
        {"id": uid} for uid in ("DistrictOne", "DistrictTwo")
    ]
    assert dhis2.post("/api/metadata", None, {"organisationUnits": units} | payload).ok
    root = {"additions": [{"id": ROOT}], "deletions": []}  # else every value is refused (E7617)
    assert dhis2.post(f"/api/users/{ADMIN_UID}/organisationUnits", None, root).ok


def locations() -> pl.LazyFrame:
    """The places of `a_country`, as openIMIS has them."""
    second = frame(place("DistrictTwo", "RegionOneAA", 3, DISTRICT))
    return pl.concat([places(), second]).lazy().filter(pl.col("kind") == "V").select(
        location_code=pl.col("uid"), uid="uid", level="level",
        location_type=pl.col("groups").list.first().replace_strict(
            {"UMRPiQP7N4v": "R", "TMRPiQP7N4v": "D", "TMRPiQP8N4v": "W", "TMRPiQT7N4v": "V"},
            default="F",
        ),
        is_current=pl.lit(value=True),
    )  # fmt: skip


def brought(dhis2: Dhis2, *lines: tuple[str, str, str]) -> ImportResult:
    rows = pl.DataFrame(list(lines), schema=dict.fromkeys(FIGURES, pl.String), orient="row")
    return write_figures(dhis2, CALENDARS["iso8601"], a_country(), rows, locations())


def stored(sandbox: Sandbox) -> dict[tuple[str, str], str]:
    return {
        (period, unit): row["value"]
        for (_, period, unit, _), row in sandbox.state.data_values.items()
    }


def posts(sandbox: Sandbox) -> int:
    return len(sandbox.posted("/api/dataValueSets"))


def test_figures_arrive_and_a_second_import_changes_nothing(sandbox: Sandbox, dhis2: Dhis2) -> None:
    lines = [("DistrictOne", "2023", "120000"), ("DistrictOne", "2024", "125000")]

    first, sent = brought(dhis2, *lines), posts(sandbox)
    second = brought(dhis2, *lines)

    assert (first.written, first.unchanged) == (2, 0)
    assert (second.written, second.unchanged) == (0, 2)
    assert posts(sandbox) == sent == 1
    assert stored(sandbox) == {
        ("2023", "DistrictOne"): "120000",
        ("2024", "DistrictOne"): "125000",
    }


def test_what_dhis2_holds_is_asked_once_a_year_of_data(sandbox: Sandbox, dhis2: Dhis2) -> None:
    years = [str(year) for year in range(2015, 2025)]
    lines = [(unit, year, "9") for unit in ("DistrictOne", "DistrictTwo") for year in years]
    brought(dhis2, *lines)
    before = len(sandbox.requests)

    done = brought(dhis2, *lines)

    asked = [row for row in sandbox.requests[before:] if row["path"] == "/api/dataValueSets"]
    assert (done.written, done.unchanged) == (0, 20)
    assert [row["method"] for row in asked] == ["GET"] * len(years)


def test_a_corrected_figure_replaces_the_one_before(sandbox: Sandbox, dhis2: Dhis2) -> None:
    brought(dhis2, ("DistrictOne", "2024", "125000"))

    done = brought(dhis2, ("DistrictOne", "2024", "126000"))

    assert done.written == 1
    assert stored(sandbox) == {("2024", "DistrictOne"): "126000"}


def test_bad_lines_are_rejects_and_the_others_arrive(sandbox: Sandbox, dhis2: Dhis2) -> None:
    done = brought(
        dhis2,
        ("Nowhere", "2024", "1"),
        ("RegionOneAA", "2024", "1"),
        ("DistrictOne", "2022", "many"),
        ("DistrictOne", "2024", "125000"),
    )

    reasons = dict(done.rejects.select("key", pl.col("reasons").list.first()).iter_rows())
    assert reasons == {
        "Nowhere:2024:line 2": "population_place_unknown",
        "RegionOneAA:2024:line 3": "population_level_other",
        "DistrictOne:2022:line 4": "population_figure_malformed",
    }
    assert stored(sandbox) == {("2024", "DistrictOne"): "125000"}


def conflict(code: str, *indexes: int) -> dict[str, Any]:
    body = {"status": "ERROR", "importCount": {}, "conflicts": [
        {"errorCode": code, "value": "never read", "indexes": list(indexes)}
    ]}  # fmt: skip
    return {"httpStatus": "Conflict", "status": "ERROR", "response": body}


def test_one_figure_that_dhis2_refuses_is_the_ruin_of_no_other(
    sandbox: Sandbox, dhis2: Dhis2
) -> None:
    # 2.43 names all values of a data set where one is wrong.
    ruin = {"path": "/api/dataValueSets", "method": "POST", "status": 409}
    sandbox.cues.add(**ruin, holds='"2022"', body=conflict("E8030", 0, 1), occurrences=[1])
    sandbox.cues.add(**ruin, holds='"2022"', body=conflict("E8030", 0), occurrences=[2])
    years = ("2022", "2024")

    done = brought(dhis2, *(("DistrictOne", year, "125000") for year in years))

    assert done.rejects.select("key", "stage", "reasons").rows() == [
        ("DistrictOne:2022:line 2", "dhis2", ["E8030"])
    ]
    assert stored(sandbox) == {("2024", "DistrictOne"): "125000"}


def test_an_ok_that_accounts_for_nothing_is_an_error(sandbox: Sandbox, dhis2: Dhis2) -> None:
    said = {"status": "OK", "response": {"status": "SUCCESS", "importCount": {"imported": 0}}}
    sandbox.cues.add(path="/api/dataValueSets", method="POST", status=200, body=said)

    with pytest.raises(TargetError, match="did not say that it took them"):
        brought(dhis2, ("DistrictOne", "2024", "125000"))


def test_without_the_data_set_the_advice_is_set_up(sandbox: Sandbox, dhis2: Dhis2) -> None:
    with sandbox.state.lock:
        sandbox.state.metadata["dataSets"].clear()

    with pytest.raises(TargetError, match=r"Run set-up-dhis2.*No figure was written"):
        brought(dhis2, ("DistrictOne", "2024", "125000"))
