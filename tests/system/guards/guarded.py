"""A scheme after two days of loads, whose runs are permitted nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from flows.connectors.dhis2.errors import BusyError
from tests.support.openimis_sample import sample
from tests.support.sandbox import Sandbox
from tests.support.scheme import DAY_ONE, FEW_QUESTIONS, Scheme
from transforms.changes.guards.permissions import NOTHING

CONTROL_REQUEST = "{}"
REFUSED = {"httpStatus": "Forbidden", "httpStatusCode": 403, "status": "ERROR"}


def in_openimis(scheme: Scheme, *statements: str) -> None:
    """Change openIMIS by hand."""
    with closing(sqlite3.connect(scheme.database)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def marry(scheme: Scheme, status: str) -> None:
    """Let every insuree have another marital status."""
    in_openimis(scheme, f"""UPDATE "tblInsuree" SET "Marital" = '{status}'""")


class GuardedScheme(Scheme):
    """A scheme of insurance that knows the moments before, between and after its two loads."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        super().__init__(folder, sandbox)
        self.allow = NOTHING
        self.pause_seconds = 0.01
        self.begin(sample(60, seed=7, level="1.4", as_of=DAY_ONE))
        self.before_first = self.moment()
        self.bring("first")
        self.after_first = self.moment()
        self.next_day(seed=1)
        self.bring("second")
        self.after_second = self.moment()

    def begin_again(self) -> None:
        """Put everything back to after the second load."""
        self.back_to(self.after_second)
        self.sandbox.cues.clear()
        self.guards = FEW_QUESTIONS

    def close_data_store(self) -> None:
        """Let DHIS2 refuse its data store to us."""
        self.sandbox.cues.add(path="/api/dataStore", status=403, body=REFUSED)


def leave_in_doubt(scheme: Scheme, run_id: str, text: str, drop: str) -> None:
    """Let DHIS2 be cut off whenever a request holds a text, and then whatever it is sent."""
    cue = scheme.sandbox.cues.add(path="/api/tracker", method="POST", holds=text, drop=drop)
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", holds=CONTROL_REQUEST, drop=drop)
    with pytest.raises(BusyError):
        scheme.bring(run_id)
    assert cue.met
    scheme.sandbox.cues.clear()
