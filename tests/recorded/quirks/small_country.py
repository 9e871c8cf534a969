"""A small country in the stand-in, made of requests that were recorded with real servers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.retry import Patience
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.steps.load.post_bundle import post_bundle
from flows.steps.load.thread_state import LoadState
from tests.support.sandbox import ADMIN, Sandbox, running_sandbox
from transforms.changes.sending.offer import FIELDS
from transforms.dhis2.import_report import Receipt, Strategy
from transforms.dhis2.tables.metadata_classes import DELETES_FOR_OTHERS

RECORDINGS = Path(__file__).parents[2] / "recorded/contract" / "recordings"
VERSIONS = ("2.40", "2.41", "2.42", "2.43")

COUNTRY, WARD, VILLAGE = "JY0hPWWLyfG", "NrysEI40BXm", "GmA91I7X3XN"
UNASSIGNED_VILLAGE = "ObA3M86TGPQ"
INSUREES, CLAIMS = "IR5BiEXrBD7", "vPjOO7Jl6jC"
POLICY_STAGE, SERVICES_STAGE, ITEMS_STAGE = "DVRNDUNwI9s", "u7wtwsIJ3Dz", "GfHayuoGJLr"
CLAIMED_SERVICE = "UWkyb5W46zn"
PERSON_TYPE = "EoBGArVCQ69"
FAMILY, INSURANCE_NUMBER, GENDER = "DvT0LSMDW2f", "g54R38QNwEi", "QtkHTKL4EsU"
POLICY_VALUES = {
    "j028KRFsjx6": "New policy",
    "Q0pEucwW60Z": "Active",
    "NAdBLHAdOGv": "BCUL0001",
    "mVeMk0sNLZb": "120.50",
    "RzgHQtgsmfB": "2025-01-31",
}
LOADER = ("loader", "Loader-123")
NOBODY = ("nobody", "Nobody-123")

_PLACES = ("006-org-units-level-1", "007-org-units-shuffled")
_PACKAGE = ("025-package", "030-program-org-unit-additions", "031-program-org-unit-additions")
_USERS = ("047-user-role-and-groups",)


def recorded(version: str, name: str) -> dict[str, Any]:
    """Return the request of a recorded exchange."""
    content = orjson.loads((RECORDINGS / version / f"{name}.json").read_bytes())
    request: dict[str, Any] = content["request"]
    return request


@dataclass
class SmallCountry:
    """The stand-in, and clients of it."""

    sandbox: Sandbox
    version: str
    clients: dict[tuple[str, str], Dhis2]

    def client(self, login: tuple[str, str] = LOADER) -> Dhis2:
        """Return a client that does not wait long."""
        if login not in self.clients:
            server = Dhis2Server(base_url=self.sandbox.url, username=login[0], password=login[1])
            patience = Patience(4, longest_wait=0.01)
            self.clients[login] = server.client(timeout_seconds=10, patience=patience)
        return self.clients[login]

    def make(self) -> None:
        """Make it anew, with places, package and users."""
        self.sandbox.reset()
        self.replay(*_PLACES, *_PACKAGE, *_USERS)
        self.take_from_roles(DELETES_FOR_OTHERS)
        self.add_claim_items()
        self.add_what_holds_values()

    def post(
        self, body: Any, strategy: Strategy = "CREATE_AND_UPDATE", login: tuple[str, str] = LOADER
    ) -> Receipt:
        """Post a bundle as a load does."""
        state = LoadState(pause_seconds=0.001)
        return post_bundle(self.client(login), orjson.dumps(body), strategy, state)

    def replay(self, *names: str) -> None:
        """Make recorded requests again, as the administrator."""
        client = self.client(ADMIN)
        for name in names:
            request = recorded(self.version, name)
            client.exchange(
                request["method"], request["path"], request["query"], request.get("body")
            )

    def take_from_roles(self, authorities: frozenset[str]) -> None:
        """Take authorities that the recorded roles have and ours have not."""
        for role in self.sandbox.state.metadata["userRoles"].values():
            role["authorities"] = [each for each in role["authorities"] if each not in authorities]

    def add_what_holds_values(self) -> None:
        """Add the attributes and data elements that the recorded package lacks."""
        for kind, _, uids in FIELDS:
            listed = self.client(ADMIN).get(f"/api/{kind}", {"fields": "id", "paging": "false"})
            missing = uids - {each["id"] for each in listed[kind]}
            body = {kind: [_holder(uid) for uid in sorted(missing)]}
            mode = {"importStrategy": "CREATE_AND_UPDATE", "atomicMode": "ALL"}
            self.client(ADMIN).post("/api/metadata", mode, body)

    def add_claim_items(self) -> None:
        """Add the program stage that the recorded package lacks."""
        package = recorded(self.version, "025-package")["body"]
        program = next(each for each in package["programs"] if each["id"] == CLAIMS)
        services = next(each for each in package["programStages"] if each["id"] == SERVICES_STAGE)
        items = {"id": ITEMS_STAGE, "name": "Claim - Items", "programStageDataElements": []}
        stages = [*program["programStages"], {"id": ITEMS_STAGE}]
        self.client(ADMIN).post(
            "/api/metadata",
            {"importStrategy": "CREATE_AND_UPDATE", "atomicMode": "ALL"},
            {
                "programs": [program | {"programStages": stages}],
                "programStages": [services | items],
            },
        )


def _holder(uid: str) -> dict[str, Any]:
    named = {"id": uid, "name": f"Of values {uid}", "shortName": f"Value {uid}"}
    readable = {"public": "r-------", "users": {}, "userGroups": {}}
    kept = {"valueType": "TEXT", "aggregationType": "NONE", "domainType": "TRACKER"}
    return named | kept | {"sharing": readable}


@contextmanager
def small_country(version: str) -> Iterator[SmallCountry]:
    """Run a stand-in with places, package and users."""
    with running_sandbox(version) as sandbox:
        country = SmallCountry(sandbox, version, {})
        try:
            country.make()
            yield country
        finally:
            for client in country.clients.values():
                client.close()


def uid(kind: str, number: int) -> str:
    """Return a UID that tells what it is of: `T0000000001`."""
    return f"{kind}{number:010d}"


def person(number: int, **changes: Any) -> dict[str, Any]:
    """Return a tracked entity."""
    attributes = [{"attribute": FAMILY, "value": f"F-{number}"}]
    return {
        "trackedEntity": uid("T", number),
        "trackedEntityType": PERSON_TYPE,
        "orgUnit": VILLAGE,
        "attributes": attributes,
    } | changes


def enrollment(number: int, values: dict[str, str | None] | None = None, **changes: Any) -> Any:
    """Return the insuree enrollment of a person."""
    attributes = {FAMILY: f"F-{number}", INSURANCE_NUMBER: f"N-{number}", GENDER: "F"}
    return {
        "enrollment": uid("E", number),
        "trackedEntity": uid("T", number),
        "program": INSUREES,
        "orgUnit": VILLAGE,
        "enrolledAt": "2024-01-15",
        "occurredAt": "2024-01-15",
        "status": "ACTIVE",
        "attributes": [
            {"attribute": name, "value": value}
            for name, value in (attributes | (values or {})).items()
        ],
    } | changes


def event(number: int, values: dict[str, str | None] | None = None, **changes: Any) -> Any:
    """Return the policy event of a person."""
    return {
        "event": uid("V", number),
        "enrollment": uid("E", number),
        "program": INSUREES,
        "programStage": POLICY_STAGE,
        "orgUnit": VILLAGE,
        "occurredAt": "2024-02-01",
        "status": "COMPLETED",
        "dataValues": [
            {"dataElement": name, "value": value}
            for name, value in (POLICY_VALUES | (values or {})).items()
        ],
    } | changes


def people(*numbers: int) -> dict[str, Any]:
    """Return a bundle of people with their enrollments."""
    return {
        "trackedEntities": [person(number) for number in numbers],
        "enrollments": [enrollment(number) for number in numbers],
    }


def accepted(receipt: Receipt) -> list[str]:
    """Return the UIDs that DHIS2 has taken."""
    return sorted(sent.uid for sent in receipt.accepted)


def refused(receipt: Receipt) -> dict[str, tuple[str, ...]]:
    """Return what was refused: UID to codes."""
    return {each.uid: each.codes for each in receipt.refused}


def classes(receipt: Receipt) -> dict[str, str]:
    """Return what was refused: UID to class."""
    return {each.uid: str(each.error_class) for each in receipt.refused}
