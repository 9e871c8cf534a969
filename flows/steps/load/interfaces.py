"""Where bundles are posted: what is requested there, and how the answer is judged."""

from collections.abc import Set
from typing import NamedTuple, Protocol

from flows.connectors.dhis2.answers import Answer
from flows.connectors.dhis2.client import TRACKER, Dhis2
from flows.connectors.dhis2.failures import Failure
from flows.steps.load.control_request import PARAMETERS, check_way
from transforms.core.json_texts import Json
from transforms.dhis2.import_report import Sent, Strategy, Verdict, judge


class Object(NamedTuple):
    """An object of a request body."""

    sent: Sent
    content: Json


Objects = list[Object]


class Interface(Protocol):
    """Where bundles are posted, and how the answer is judged.

    Attributes:
        passing: Codes of what another request may have caused: the same again may be accepted.
    """

    @property
    def passing(self) -> Set[str]:
        """See above."""

    def request(self, objects: Objects, body: bytes) -> bytes:
        """Return the body of a request with these objects, which lie so in a bundle."""

    def exchange(self, client: Dhis2, strategy: Strategy, request: bytes) -> Answer:
        """Make a request."""

    def judge(self, objects: Objects, strategy: Strategy, answer: Answer) -> Verdict | None:
        """Return the verdict on every object; None if the whole request failed."""

    def check_way(self, client: Dhis2, failure: Failure) -> None:
        """Make the control request; see `flows.steps.load.control_request`."""


class TrackerInterface:
    """`POST /api/tracker`."""

    passing: Set[str] = frozenset()

    def request(self, objects: Objects, body: bytes) -> bytes:
        """Return the bundle as it is."""
        del objects
        return body

    def exchange(self, client: Dhis2, strategy: Strategy, request: bytes) -> Answer:
        """Make a request."""
        params = PARAMETERS | {"importStrategy": strategy}
        return client.exchange("POST", TRACKER, params, request)

    def judge(self, objects: Objects, strategy: Strategy, answer: Answer) -> Verdict | None:
        """Return the verdict on every object; None if the whole request failed."""
        return judge([each.sent for each in objects], strategy, answer.body)

    def check_way(self, client: Dhis2, failure: Failure) -> None:
        """Make the control request."""
        check_way(client, failure)


TO_TRACKER = TrackerInterface()
