"""Guards as the operator of the daily flow meets them: a sentence, and a parameter to go on."""

import sqlite3
from contextlib import closing

from tests.flows.scheme import COUNTRY, Scheme

FEW = """
[guards]
resend_count = 10
resend_share = 0.1
"""


def test_a_changed_mapping_is_told_and_waits_until_it_is_meant(scheme: Scheme) -> None:
    scheme.sync(run_id="first")
    mark = len(scheme.written())
    scheme.country = COUNTRY + FEW + '[privacy]\n"Date of birth" = "send"\n'

    stopped = scheme.sync(run_id="second")
    posted = scheme.written()[mark:]
    meant = scheme.sync(run_id="third", allow=["changes"])
    mark = len(scheme.written())
    scheme.sync(run_id="fourth")

    assert stopped.is_failed()
    assert "tracked_entities would be sent again" in str(stopped.message)
    assert posted == []
    assert meant.is_completed()
    assert scheme.written()[mark:] == []


def test_an_openimis_that_lost_its_claims_stops_the_run_until_that_is_meant(
    scheme: Scheme,
) -> None:
    scheme.sync(run_id="first")
    mark = len(scheme.written())
    with closing(sqlite3.connect(scheme.database)) as connection:
        connection.execute('DELETE FROM "tblClaim"')
        connection.commit()

    stopped = scheme.sync(run_id="second")
    still_stopped = scheme.sync(run_id="third", allow=["shrinking"])
    posted = scheme.written()[mark:]
    meant = scheme.sync(run_id="fourth", allow=["shrinking", "deletes"])

    assert "tblClaim has 0 rows instead of" in str(stopped.message)
    assert "would delete" in str(still_stopped.message)
    assert "allow=deletes" in str(still_stopped.message)
    assert posted == []
    assert meant.is_completed()


def test_another_openimis_stops_the_run_until_it_is_meant(scheme: Scheme) -> None:
    scheme.sync(run_id="first")
    mark = len(scheme.written())
    with closing(sqlite3.connect(scheme.database)) as connection:
        connection.execute(
            'UPDATE "tblHF" SET "HfUUID" = ? WHERE "HfID" = (SELECT MIN("HfID") FROM "tblHF")',
            ("00000000-0000-4000-8000-000000000000",),
        )
        connection.commit()

    stopped = scheme.sync(run_id="second")
    posted = scheme.written()[mark:]
    meant = scheme.sync(run_id="third", allow=["new_source"], until="transform")

    assert "oldest rows of tblHF are others" in str(stopped.message)
    assert posted == []
    assert meant.is_completed()
