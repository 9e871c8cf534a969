"""What DHIS2 does with events of a program without registration: seen on 2.40.12 and 2.42.5.2."""

from typing import Any

import httpx
import pytest

from flows.connectors.dhis2.errors import TargetError
from flows.steps.target.read_back import Reader, query_objects
from tests.recorded.quirks.small_country import VILLAGE, SmallCountry, accepted, refused
from tests.support.sandbox import ADMIN
from transforms.dhis2.read_back import fields_parameter
from transforms.model.resources import FUNDING, TRACKED_ENTITIES
from transforms.model.tables.contribution import FUNDING_AMOUNT

PROGRAM, STAGE, AMOUNT = str(FUNDING.program), str(FUNDING.stage), FUNDING_AMOUNT.uid
EVERYBODYS = {"public": "rwrw----"}
PACKAGE: dict[str, Any] = {
    "dataElements": [
        {"id": AMOUNT, "name": "Amount", "shortName": "Amount", "valueType": "NUMBER",
         "domainType": "TRACKER", "aggregationType": "SUM"},
    ],
    "programs": [
        {"id": PROGRAM, "name": "Funding", "shortName": "Funding",
         "programType": "WITHOUT_REGISTRATION", "organisationUnits": [{"id": VILLAGE}],
         "sharing": EVERYBODYS, "programStages": [{"id": STAGE}]},
    ],
    "programStages": [
        {"id": STAGE, "name": "Funding", "program": {"id": PROGRAM}, "repeatable": True,
         "sharing": EVERYBODYS, "sortOrder": 1, "programStageDataElements": [
             {"id": "ZtPremLink1", "dataElement": {"id": AMOUNT}, "compulsory": True,
              "sortOrder": 1}]},
    ],
}  # fmt: skip


def given(number: int, value: str | None = "100", **changes: Any) -> dict[str, Any]:
    """Return an event of nobody."""
    values = [{"dataElement": AMOUNT, "value": value}] if value else []
    row = {"event": f"ZtPremEven{number}", "program": PROGRAM, "programStage": STAGE,
           "orgUnit": VILLAGE, "status": "COMPLETED", "occurredAt": "2026-01-02",
           "dataValues": values}  # fmt: skip
    return row | changes


@pytest.fixture
def funded(country: SmallCountry) -> SmallCountry:
    answer = httpx.post(
        f"{country.sandbox.url}/api/metadata",
        params={"importStrategy": "CREATE_AND_UPDATE", "atomicMode": "ALL"},
        json=PACKAGE,
        auth=ADMIN,
    )
    assert answer.json()["status"] == "OK", answer.text
    return country


def post(country: SmallCountry, *events: Any, strategy: Any = "CREATE_AND_UPDATE") -> Any:
    """Post some as a load does."""
    return country.post({"events": list(events)}, strategy)


def reader_of(country: SmallCountry) -> Reader:
    client = country.client()
    return Reader(client, client.system_info().dialect)


def listed(country: SmallCountry) -> list[dict[str, Any]]:
    return [row for page in reader_of(country).pages(FUNDING) for row in page]


def test_an_event_of_nobody_is_taken_without_an_enrollment(funded: SmallCountry) -> None:
    assert len(accepted(post(funded, given(1), given(2)))) == 2


def test_it_is_shown_without_a_person_and_later_versions_show_an_enrollment_of_no_use(
    funded: SmallCountry,
) -> None:
    post(funded, given(1))

    [event] = listed(funded)

    assert "trackedEntity" not in event
    assert ("enrollment" in event) == (funded.version != "2.40")


def test_what_it_is_in_is_not_read(funded: SmallCountry) -> None:
    post(funded, given(1))

    read = query_objects(reader_of(funded), FUNDING, ["ZtPremEven1"], [AMOUNT])

    assert read.select("uid", "parentUid", "personUid", AMOUNT).rows() == [
        ("ZtPremEven1", None, None, "100")
    ]


def test_an_enrollment_that_does_not_exist_is_not_looked_at(funded: SmallCountry) -> None:
    assert accepted(post(funded, given(1, enrollment="ZtPremEnr01")))


def test_a_value_that_is_compulsory_has_to_be_there(funded: SmallCountry) -> None:
    assert refused(post(funded, given(1, value=None))) == {"ZtPremEven1": ("E1303",)}


def test_it_is_updated_where_it_is_posted_again(funded: SmallCountry) -> None:
    post(funded, given(1))
    post(funded, given(1, "250.5"))

    [event] = listed(funded)

    assert [each["value"] for each in event["dataValues"]] == ["250.5"]


def test_one_that_was_deleted_is_told_from_one_that_never_was(funded: SmallCountry) -> None:
    post(funded, given(1), given(2))
    post(funded, {"event": "ZtPremEven2"}, strategy="DELETE")

    uids = ["ZtPremEven1", "ZtPremEven2", "ZtPremEven9"]
    read = query_objects(reader_of(funded), FUNDING, uids, [AMOUNT])
    assert dict(read.select("uid", "isDeleted").iter_rows()) == {
        "ZtPremEven1": False,
        "ZtPremEven2": True,
    }
    assert [each["event"] for each in listed(funded)] == ["ZtPremEven1"]
    assert refused(post(funded, given(2))) == {"ZtPremEven2": ("E1082",)}


def test_who_asks_for_its_people_is_refused_but_by_2_40(funded: SmallCountry) -> None:
    client = funded.client()
    mode = client.system_info().dialect.org_unit_mode
    params = {"program": PROGRAM, mode: "ACCESSIBLE", "order": "createdAt", "page": "1",
              "pageSize": "50", "fields": fields_parameter(TRACKED_ENTITIES)}  # fmt: skip

    def ask() -> Any:
        return client.get("/api/tracker/trackedEntities", params)

    if funded.version == "2.40":
        assert ask()["instances"] == []
    else:
        with pytest.raises(TargetError, match="answered 400"):
            ask()
