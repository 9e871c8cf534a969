"""Bad records and options are rejects, night after night, and stop nobody: by the flows that ship.

Five hundred bad records that nobody corrects are five hundred rejects a night.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from pydantic import SecretStr

from flows.prefect_support.dhis2_server import Dhis2Server
from flows.steps.load.post_bundle import PARAMETERS
from staging.layout import Run
from staging.outbox import bundles
from staging.rejects import read_rejects
from tests.support.loader import LOGIN as LOADER_LOGIN
from tests.support.openimis_sample import sample
from tests.support.scheme.by_flows import FlowScheme, a_flow_scheme
from tests.system.flows.conftest import AS_OF
from tests.system.guards.guarded import in_openimis, marry
from transforms.core.uids import hashed_uid
from transforms.model.tables.insuree import INSURANCE_NUMBER

pytestmark = [pytest.mark.large, pytest.mark.timeout(900)]
INSUREES, STANDING = 1_300, 500


@pytest.fixture
def large_scheme(prefect_server: None, tmp_path: Path) -> Iterator[FlowScheme]:
    """A sample of more than a thousand people, and a DHIS2 that is set up for it."""
    with a_flow_scheme(tmp_path) as scheme:
        scheme.begin(sample(INSUREES, seed=7, level="1.4", as_of=AS_OF))
        yield scheme


@pytest.mark.ci
def test_five_hundred_people_whose_numbers_strangers_have_keep_no_other_waiting(
    large_scheme: FlowScheme,
) -> None:
    take_numbers(large_scheme)
    for night in range(3):
        marry(large_scheme, "WDS"[night])

        state = large_scheme.sync(run_id=f"night-{night}")

        assert state.name == "CompletedWithRejects", state.message
        assert rejected(large_scheme, f"night-{night}", "E1064")["id"].n_unique() == STANDING
        assert people_sent(large_scheme, f"night-{night}") > STANDING


def test_twenty_five_bad_claims_are_rejects_and_arrive_the_night_after_they_are_corrected(
    scheme: FlowScheme,
) -> None:
    scheme.sync(run_id="before")
    name_claims(scheme, "POISON-")
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", holds="POISON-", status=500)

    state = scheme.sync(run_id="night-1")
    found = rejected(scheme, "night-1", "whole_request")
    name_claims(scheme, "FINE-")
    scheme.sync(run_id="night-2")

    assert state.name == "CompletedWithRejects", state.message
    assert set(found["table"]) == {"tblClaim"}
    assert found["id"].n_unique() > 20  # of some of them a rule of ours holds back a line
    assert rejected(scheme, "night-2", "whole_request").is_empty()
    assert str(scheme.sandbox.events()).count("FINE-") > 20


def test_an_option_that_dhis2_refuses_holds_back_what_has_its_code_until_it_is_there(
    scheme: FlowScheme,
) -> None:
    scheme.sync(run_id="before")
    in_openimis(
        scheme,
        """UPDATE "tblItems" SET "ItemCode" = 'NEWCODE1' WHERE "ItemID" =
           (SELECT "ItemID" FROM "tblClaimItems" WHERE "ValidityTo" IS NULL LIMIT 1)""",
    )
    marry(scheme, "W")
    scheme.sandbox.cues.add(path="/api/metadata", method="POST", holds="NEWCODE1", status=500)

    state = scheme.sync(run_id="night-1")
    found = rejected(scheme, "night-1", "claimed_item_not_in_dhis2")
    scheme.sandbox.cues.clear()
    scheme.sync(run_id="night-2")

    assert state.name == "CompletedWithRejects", state.message
    assert set(found["table"]) == {"tblClaimItems"}
    assert people_sent(scheme, "night-1") > 50
    assert rejected(scheme, "night-2", "claimed_item_not_in_dhis2").is_empty()


def name_claims(scheme: FlowScheme, text: str) -> None:
    """Give 25 claims a number that begins with a text."""
    in_openimis(
        scheme,
        f"""UPDATE "tblClaim" SET "ClaimCode" = '{text}' || "ClaimID" WHERE "ClaimID" IN
            (SELECT "ClaimID" FROM "tblClaim" WHERE "ValidityTo" IS NULL ORDER BY 1 LIMIT 25)""",
    )


def take_numbers(scheme: FlowScheme) -> None:
    """Let strangers have the insurance numbers of five hundred people of ours."""
    scheme.sync(run_id="places", scopes=["orgunit"])
    scheme.sync(run_id="tried", until="transform")
    run = Run(scheme.staging_root, "tried")
    people = [
        person
        for bundle in bundles(run)
        for person in orjson.loads(bundle.path.read_bytes()).get("trackedEntities", ())
    ]
    numbered = [person for person in people if number_of(person)]
    strangers = [stranger(person) for person in numbered[:STANDING]]
    server = Dhis2Server(
        base_url=scheme.sandbox.url, username=LOADER_LOGIN[0], password=SecretStr(LOADER_LOGIN[1])
    )
    with server.client() as client:
        params = PARAMETERS | {"importStrategy": "CREATE_AND_UPDATE"}
        answer = client.post("/api/tracker", params, {"trackedEntities": strangers})
    assert answer.body["stats"]["created"] == STANDING, str(answer.body)[:2000]


def number_of(person: dict[str, Any]) -> list[dict[str, str]]:
    return [each for each in person["attributes"] if each["attribute"] == INSURANCE_NUMBER.uid]


def stranger(person: dict[str, Any]) -> dict[str, Any]:
    uid = pl.select(hashed_uid(pl.lit(f"a stranger {person['trackedEntity']}"))).item()
    return person | {"trackedEntity": uid, "attributes": number_of(person)}


def rejected(scheme: FlowScheme, run_id: str, reason: str) -> pl.DataFrame:
    rejects = read_rejects(Run(scheme.staging_root, run_id))
    return rejects.filter(stage="dhis2", reason=reason).select("table", "id").collect()


def people_sent(scheme: FlowScheme, run_id: str) -> int:
    summary = orjson.loads(Run(scheme.staging_root, run_id).summary.read_bytes())
    people = summary["changes"]["tracked_entities"]
    return int(people.get("created", 0) + people.get("updated", 0))
