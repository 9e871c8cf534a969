"""Post bundles of data values: `POST /api/dataValueSets`, judged value by value.

In a bundle a value names the options of its categories. What they make together, DHIS2 has made
itself: its name for it is put in when the value is posted. DHIS2's answer counts places in the
request, so an answer is of the very values that were sent.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass

import orjson

from flows.connectors.dhis2.answers import Answer, check_control
from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.failures import Failure
from flows.steps.load.control_request import server_error
from flows.steps.load.interfaces import Objects
from flows.steps.target.value_offer import DATA_VALUE_SETS
from transforms.core.json_texts import Json
from transforms.dhis2.data_value_report import data_value_report, judge_values
from transforms.dhis2.import_report import Strategy, Verdict
from transforms.dhis2.tables.data_value_codes import PASSING
from transforms.model.value_keys import OPTIONS_OF_VALUE

PARAMETERS = {"async": "false", "dryRun": "false"}
NO_VALUES = b'{"dataValues":[]}'
OWN = (OPTIONS_OF_VALUE, "uid")
"""What a value in a bundle has for us alone."""


@dataclass(frozen=True)
class ValueInterface:
    """`POST /api/dataValueSets`.

    Attributes:
        combos: Options (UIDs, by dots) to the UID of the category option combination of DHIS2.
    """

    combos: Mapping[str, str]

    @property
    def passing(self) -> Set[str]:
        """Codes of what another request may have caused."""
        return PASSING

    def request(self, objects: Objects, body: bytes) -> bytes:
        """Return the body of a request."""
        del body
        return orjson.dumps({"dataValues": [self._value(each.content) for each in objects]})

    def exchange(self, client: Dhis2, strategy: Strategy, request: bytes) -> Answer:
        """Make a request."""
        params = PARAMETERS | {"importStrategy": strategy}
        return client.exchange("POST", DATA_VALUE_SETS, params, request)

    def judge(self, objects: Objects, strategy: Strategy, answer: Answer) -> Verdict | None:
        """Return the verdict on every value; None if the whole request failed."""
        report = data_value_report(answer.status, answer.body, len(objects))
        sent = [each.sent for each in objects]
        return None if report is None else judge_values(sent, strategy, report)

    def check_way(self, client: Dhis2, failure: Failure) -> None:
        """Make the control request: one without values, which changes nothing.

        Raises:
            TargetError: DHIS2 does not let the user in.
            BusyError: DHIS2 stayed busy or out of reach, or fails whatever it is sent.
        """
        answer = self.exchange(client, "CREATE_AND_UPDATE", NO_VALUES)
        check_control(answer, DATA_VALUE_SETS)
        if data_value_report(answer.status, answer.body, 0) is None:
            raise server_error(failure.status or answer.status)

    def _value(self, content: Json) -> Json:
        options = content[OPTIONS_OF_VALUE]
        combo = {"categoryOptionCombo": self.combos[options]} if options else {}
        return {name: each for name, each in content.items() if name not in OWN} | combo
