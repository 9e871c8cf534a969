"""No personal datum gets out: every one in openIMIS is marked, and its mark is looked for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import httpx
import polars as pl
import pytest

from flows.steps.load.post_bundle import PARAMETERS
from tests.support.loader import LOGIN
from tests.support.scheme.by_flows import COUNTRY
from tests.system.demo_database import needs_demo_database
from tests.system.demo_database.demo_scheme import DemoScheme, NewScheme
from tests.system.demo_database.traces import Traces, recorded, records_of_prefect, texts_of

pytestmark = [*needs_demo_database, pytest.mark.longer]

MARK, NUMBER = "Canary", "Magpie"
DROPPED = {
    "tblInsuree": ("LastName", "OtherNames", "Phone", "passport", "Email", "CurrentAddress",
                   "GeoLocation"),
    "tblFamilies": ("FamilyAddress", "ConfirmationNo"),
    "tblPhotos": ("PhotoFolder", "PhotoFileName"),
    "tblClaim": ("Explanation", "Adjustment", "GuaranteeId"),
    "tblClaimItems": ("Explanation", "Justification"),
    "tblClaimServices": ("Explanation", "Justification"),
    "tblClaimAdmin": ("LastName", "OtherNames", "EmailId", "Phone"),
}  # fmt: skip
"""Text that is a person's own, and leaves openIMIS in no form."""

MARKED = (
    *(
        f'UPDATE "{table}" SET "{column}" = \'{MARK}\''
        for table, columns in DROPPED.items()
        for column in columns
    ),
    """UPDATE "tblInsuree" SET "JsonExt" = '{"name": "Canary"}'""",
    # Some 400 people born in 1903, none on the first day of January, and nothing else in that year.
    """UPDATE "tblInsuree" SET "DOB" = DATE '1903-02-03' + "InsureeID" % 300,
       "CHFID" = 'Magpie' || LPAD("InsureeID"::TEXT, 6, '0')""",
    # Two with one number, one of an unknown gender: both are reported.
    """UPDATE "tblInsuree" SET "CHFID" = 'Magpie000022' WHERE "InsureeID" = 18""",
    """UPDATE "tblInsuree" SET "Gender" = 'Q' WHERE "InsureeID" = 14""",
)

BIRTH_DATE = r"1903-(?!01-01)\d\d-\d\d"
ANY_DATUM = re.compile(f"{MARK}|{NUMBER}|{BIRTH_DATE}")

SENT_IN_CLEAR = (
    "First name", "Last name", "CHFID", "Insurance number", "Phone number",
    "Identification number", "Date of birth",
)  # fmt: skip
OPEN_COUNTRY = COUNTRY + "\n[privacy]\n" + "\n".join(f'"{name}" = "send"' for name in SENT_IN_CLEAR)


@dataclass(frozen=True)
class Synced:
    """A scheme after its first run, and all that it left."""

    scheme: DemoScheme
    traces: Traces
    prefect: dict[str, list[str]]
    files: dict[str, str]

    def files_of(self, *folders: str) -> dict[str, str]:
        """The files of the run in these folders."""
        prefixes = tuple(f"runs/first/{folder}" for folder in folders)
        return {name: text for name, text in self.files.items() if name.startswith(prefixes)}


def synced(new_scheme: NewScheme, country: str, *, refused: bool) -> Synced:
    """Set up and sync, with every request and log line recorded."""
    with pytest.MonkeyPatch.context() as monkeypatch, recorded(monkeypatch) as traces:
        scheme = new_scheme("1.11", changes=MARKED, country=country)
        if refused:
            occupy(scheme, f"{NUMBER}000001")
        state = scheme.sync(run_id="first")
        assert state.name == ("CompletedWithRejects" if refused else "Completed"), state.message
        scheme.sync(run_id="read", until="extract")  # what a load has read of people, it removes
        records = records_of_prefect()
    return Synced(scheme, traces, records, texts_of(scheme.staging_root))


def occupy(scheme: DemoScheme, number: str) -> None:
    """Let another person of DHIS2 have an insurance number."""
    unit = next(iter(scheme.sandbox.metadata("organisationUnits")))
    other = {
        "trackedEntityType": "EoBGArVCQ69",
        "orgUnit": unit,
        "attributes": [{"attribute": "g54R38QNwEi", "value": number}],
    }
    answer = httpx.post(
        f"{scheme.sandbox.url}/api/tracker",
        params=PARAMETERS | {"importStrategy": "CREATE_AND_UPDATE"},
        json={"trackedEntities": [other]},
        auth=LOGIN,
    )
    assert answer.json()["stats"]["created"] == 1


@pytest.fixture(scope="module")
def guarded(new_scheme: NewScheme) -> Synced:
    """With the privacy that a country has by default."""
    return synced(new_scheme, COUNTRY, refused=False)


@pytest.fixture(scope="module")
def open_country(new_scheme: NewScheme) -> Synced:
    """Where all is sent in clear, and DHIS2 refuses somebody and quotes his number."""
    return synced(new_scheme, OPEN_COUNTRY, refused=True)


def found(texts: Iterable[str]) -> list[str]:
    """Personal data in the texts, with what stands around them."""
    return [
        text[max(0, datum.start() - 60) : datum.end() + 60]
        for text in texts
        for datum in ANY_DATUM.finditer(text)
    ]


def test_no_request_carries_a_personal_datum(guarded: Synced) -> None:
    bodies = guarded.traces.dhis2

    assert any('"trackedEntities"' in body for body in bodies)
    assert any("1903-01-01" in body for body in bodies)
    assert found(bodies) == []


def test_no_file_but_the_snapshot_of_people_holds_a_personal_datum(guarded: Synced) -> None:
    files = {
        name: text
        for name, text in guarded.files.items()
        if not name.endswith("snapshot/tblInsuree.parquet")
    }

    assert len(files) > 30
    assert found(files.values()) == []
    assert found(guarded.files) == []


def test_the_snapshot_of_people_holds_number_and_birth_date_alone(guarded: Synced) -> None:
    snapshots = guarded.files
    runs = {name.split("/")[1] for name in guarded.files if name.startswith("runs/")}

    assert len(runs) == 3  # set-up's, the sync's and the one that only reads
    assert "runs/first/snapshot/tblInsuree.parquet" not in snapshots
    assert not [name for name, text in guarded.files.items() if MARK in text]
    assert NUMBER in snapshots["runs/read/snapshot/tblInsuree.parquet"]


def test_what_is_dropped_is_no_column_of_the_snapshot(guarded: Synced) -> None:
    folder = guarded.scheme.run("read").snapshot("tblInsuree").parent

    columns = {path.stem: set(pl.read_parquet_schema(path)) for path in folder.glob("*.parquet")}

    assert columns["tblInsuree"] >= {"CHFID", "DOB"}
    for table, dropped in DROPPED.items():
        assert not columns.get(table, set()) & set(dropped), table
    assert not any("JsonExt" in names for names in columns.values())


def test_people_can_still_be_told_apart(guarded: Synced) -> None:
    numbers = [row["CHFID"] for row in guarded.scheme.held()["tracked_entities"] if "CHFID" in row]

    assert len(set(numbers)) == len(numbers) > 50
    assert all(re.fullmatch("[0-9a-f]{64}", number) for number in numbers)


@pytest.mark.parametrize("privacy", ["guarded", "open_country"])
def test_no_log_line_names_a_personal_datum(privacy: str, request: pytest.FixtureRequest) -> None:
    synced: Synced = request.getfixturevalue(privacy)

    assert any("Snapshot of test-" in line for line in synced.traces.logs)
    assert found(synced.traces.logs) == []


@pytest.mark.parametrize("privacy", ["guarded", "open_country"])
def test_prefect_knows_no_personal_datum(privacy: str, request: pytest.FixtureRequest) -> None:
    synced: Synced = request.getfixturevalue(privacy)

    assert all(synced.prefect.values())
    assert synced.traces.prefect
    for kind, records in synced.prefect.items():
        assert found(records) == [], kind
    assert found(synced.traces.prefect) == []


def test_where_all_is_sent_it_is_where_it_must_be_and_nowhere_else(open_country: Synced) -> None:
    holding = {name for name, text in open_country.files.items() if found([text])}

    folders = {re.sub(r"/[^/]*$", "", name.removeprefix("runs/first/")) for name in holding}

    assert found(open_country.traces.dhis2) != []
    assert {folder for folder in folders if not folder.startswith(("runs/", "acknowledged/"))} == {
        "desired/tracked_entities", "changes/tracked_entities", "outbox/5-people",
    }  # fmt: skip
    assert not [name for name in holding if name.endswith((".receipt.json", ".sent", ".csv"))]


def test_a_refused_number_is_reported_without_the_number(open_country: Synced) -> None:
    rejects = open_country.scheme.rejects("first").filter(resource="tracked_entities")

    reasons = {reason for row in rejects["reasons"] for reason in row.split()}
    assert reasons >= {"E1064", "gender_unknown", "insurance_number_double"}
    assert found(open_country.files_of("rejects", "summary", "run.json").values()) == []
