"""openIMIS on SQL Server, through FreeTDS: what a real server refuses is played by a small one."""

import os
import subprocess
import sys

import pyodbc
import pytest

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.sql_server import SQLSERVER
from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.steps.extract.snapshot import copy_tables
from staging.layout import Run
from staging.snapshots import read_snapshot
from tests.support.databases.tds import NOT_BEGUN_IN_SNAPSHOT, Refusal, Rows, Turns, tds_server
from tests.system.extract.conftest import rows_of, unread, wanted_of
from tests.system.extract.sql_server import DATETIME, FLOAT, FREETDS, NVARCHAR, POLICIES, scripted
from transforms.core.errors import SyncError

WANTED = wanted_of("tblPolicy", "ExpiryDate", "ValidityFrom")
ONE_POLICY = Rows(list(POLICIES), [[7, "A-B", "2026-05-06", "2026-01-01 02:03:04.567"]])
TWO_POLICIES = Rows(
    list(POLICIES), [*ONE_POLICY.rows, [8, "A-C", "2026-05-06", "2026-01-01 02:03:04.567"]]
)
QUERY = "AS [PolicyID] + FROM [dbo].[tblPolicy]"
STANDING = "COUNT_BIG + [tblPolicy]"

pytestmark = pytest.mark.skipif(
    "FreeTDS" not in pyodbc.drivers(), reason="needs FreeTDS (Debian: apt-get install tdsodbc)"
)


@pytest.fixture
def take(tmp_path):
    """Takes a snapshot of a scripted server; returns it and what the server was asked."""

    def taken(script, *, is_a_copy=False, wanted=WANTED):
        run = Run(tmp_path / "staging", "monday")
        with tds_server(script) as server:
            odbc = FREETDS.format(port=server.port)
            copy_tables(run, "sample", Openimis(SQLSERVER, odbc, is_a_copy=is_a_copy), wanted)
            return read_snapshot(run), server.asked

    return taken


@pytest.fixture
def refusal(take):
    """Tries to take a snapshot; returns the sentence."""

    def of(script, **more) -> str:
        with pytest.raises(SyncError) as error:
            take(script, **more)
        assert "\n" not in str(error.value)
        assert "open-sesame" not in str(error.value)
        return str(error.value)

    return of


def test_what_is_read_is_read_in_a_transaction_that_began_in_snapshot_isolation(take):
    snapshot, asked = take(scripted(**{QUERY: ONE_POLICY}))

    began = asked.index("BEGIN (READ COMMITTED)")
    assert asked[began : began + 4] == [
        "BEGIN (READ COMMITTED)",
        "SET TRANSACTION ISOLATION LEVEL SNAPSHOT",
        "COMMIT",
        "BEGIN (SNAPSHOT)",
    ]
    assert rows_of(snapshot, "tblPolicy")["PolicyUUID"].to_list() == ["a-b"]


def test_where_the_database_has_no_snapshot_isolation_the_administrator_is_told_what_to_do(refusal):
    script = scripted(**{QUERY: ONE_POLICY})
    script.allows_snapshot = False

    sentence = refusal(script)

    assert "ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON once" in sentence
    assert "is_a_copy=true" in sentence


def test_a_transaction_that_something_else_began_is_told(refusal):
    script = scripted(**{"WHERE 1 = 0": ONE_POLICY, QUERY: NOT_BEGUN_IN_SNAPSHOT})

    assert "connect to SQL Server itself (SQLSTATE 42000, error 3951)" in refusal(script)


def test_a_date_that_the_driver_calls_a_text_is_read_as_a_date(take):
    snapshot, _ = take(scripted(**{QUERY: ONE_POLICY}))

    assert str(rows_of(snapshot, "tblPolicy")["ExpiryDate"][0]) == "2026-05-06"
    assert str(rows_of(snapshot, "tblPolicy")["ValidityFrom"][0]) == "2026-01-01 02:03:04.567000"


def test_a_text_is_not_read_as_a_date(refusal):
    columns = POLICIES | {"ExpiryDate": (NVARCHAR, "nvarchar")}

    assert "tblPolicy.ExpiryDate is of type nvarchar; expected a date" in refusal(
        scripted(columns=columns)
    )


def test_a_number_that_is_not_exact_is_refused(refusal):
    columns = POLICIES | {"PolicyID": (FLOAT, "float")}

    assert "tblPolicy.PolicyID is of type float" in refusal(scripted(columns=columns))


def test_a_table_may_be_listed_in_another_spelling_than_its_columns(take):
    answers = {"AS [PolicyID] + FROM [dbo].[tblpolicy]": ONE_POLICY}

    snapshot, _ = take(scripted(listed_as="tblpolicy", **answers))

    assert rows_of(snapshot, "tblPolicy").height == 1


def test_a_database_that_says_no_time_is_told_in_one_sentence(refusal):
    script = scripted(**{QUERY: ONE_POLICY, "SYSDATETIME": Rows(["now"], [])})

    assert "does not say what time it is" in refusal(script)


def test_a_driver_that_changes_letters_is_refused(refusal):
    script = scripted(**{QUERY: ONE_POLICY, "NCHAR": Rows(["probe"], [["L??"]])})

    assert "The ODBC driver changes letters that are not Latin" in refusal(script)


def test_a_text_that_may_be_too_long_is_null_and_not_cut_off_in_silence(take):
    columns = POLICIES | {"PolicyUUID": (NVARCHAR, "nvarchar(max)")}
    marked = Rows([*POLICIES, "unreadable"], [[*ONE_POLICY.rows[0], "1"]])

    snapshot, asked = take(scripted(columns=columns, **{QUERY: marked}))

    assert unread(snapshot, "tblPolicy") == {7: "PolicyUUID"}
    assert rows_of(snapshot, "tblPolicy")["PolicyUUID"].to_list() == [None]
    assert [each for each in asked if "DATALENGTH" in each]


def test_a_text_of_known_length_is_read_without_asking_for_its_length(take):
    _, asked = take(scripted(**{QUERY: ONE_POLICY}))

    assert not [each for each in asked if "DATALENGTH" in each]


NAMES = "Łukasz सिता አበበ Zoë"
READ_IN_A_PROCESS = """
import sys
from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.sql_dialects import SQLSERVER
from tests.system.extract.test_sql_server import WANTED

client = Openimis(SQLSERVER, sys.argv[1])
(policies,) = client.check(WANTED)
with client.transaction() as transaction:
    for batch in transaction.batches(policies):
        sys.stdout.buffer.write(batch["PolicyUUID"][0].as_py().encode())
"""


@pytest.mark.longer
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_names_of_any_script_come_as_they_are_whatever_the_locale(locale):
    named = Rows(list(POLICIES), [[7, NAMES, "2026-05-06", "2026-01-01 02:03:04.567"]])
    environment = os.environ | {"LC_ALL": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}

    with tds_server(scripted(**{QUERY: named})) as server:
        odbc = FREETDS.format(port=server.port)
        command = [sys.executable, "-c", READ_IN_A_PROCESS, odbc]
        done = subprocess.run(command, env=environment, capture_output=True, check=True)

    assert done.stdout.decode() == NAMES.lower()


def test_a_copy_is_read_without_snapshot_isolation(take):
    script = scripted(**{QUERY: ONE_POLICY, STANDING: Rows(["standing"], [["1/7/2026"]])})
    script.allows_snapshot = False

    snapshot, asked = take(script, is_a_copy=True)

    assert rows_of(snapshot, "tblPolicy").height == 1
    assert not [each for each in asked if "ISOLATION" in each]
    assert not [each for each in asked if "UNCOMMITTED" in each or "NOLOCK" in each]


def test_a_copy_that_is_written_to_while_it_is_read_stops_the_run(refusal):
    standing = Turns([Rows(["standing"], [["1/7"]]), Rows(["standing"], [["2/8"]])])
    script = scripted(**{QUERY: TWO_POLICIES, STANDING: standing})

    sentence = refusal(script, is_a_copy=True)

    assert "tblPolicy changed while it was read" in sentence
    assert "No snapshot was kept" in sentence


def test_how_a_copy_stands_is_told_by_rows_newest_stamps_and_row_version(take):
    columns = POLICIES | {"ValidityFrom": (DATETIME, "datetime"), "RowID": (-2, "timestamp")}
    script = scripted(
        columns=columns, **{QUERY: ONE_POLICY, STANDING: Rows(["standing"], [["1/7/2026"]])}
    )

    _, asked = take(script, is_a_copy=True)

    standing = [each for each in asked if "COUNT_BIG" in each]
    assert len(standing) == 2
    for part in ("COUNT_BIG(*)", "MAX([PolicyID])", "MAX([ValidityFrom])", "MAX([RowID])"):
        assert part in standing[0]


def test_only_a_sql_server_can_be_said_to_be_a_copy():
    with pytest.raises(ValueError, match="is_a_copy is for a SQL Server"):
        OpenimisDatabase(dialect="postgresql", connection_string="Server=a", is_a_copy=True)


@pytest.mark.parametrize(
    ("number", "message", "told"),
    [
        (18456, "Login failed for user 'reader'.", "check user and password in the block"),
        (4060, 'Cannot open database "openIMIS".', "the login has a user in it"),
        (18487, "The password of the account has expired.", "must be changed"),
        (18452, "The login is from an untrusted domain", "use a login of SQL Server"),
        (18470, "The account is disabled.", "an administrator enables it"),
        (942, "Database 'openIMIS' is offline.", "wait until it is online"),
        (978, "The target database is in an availability group", "ApplicationIntent=ReadOnly"),
    ],
)
def test_a_login_that_is_refused_is_told_with_what_to_do(refusal, number, message, told):
    script = scripted()
    script.login = Refusal(number, message, severity=14)

    sentence = refusal(script)

    assert told in sentence
    assert f"error {number}" in sentence


def test_a_user_who_may_not_select_is_told_of_which_table(refusal):
    denied = Refusal(229, "The SELECT permission was denied on the object 'tblPolicy'.", 14)

    assert "the user may not read tblPolicy" in refusal(scripted(**{QUERY: denied}))


@pytest.mark.parametrize("at", ["WHERE 1 = 0", "SYSDATETIME", "tblPolicy"])
def test_a_server_that_goes_away_is_told_whenever_it_does(refusal, at):
    script = scripted(**{QUERY: ONE_POLICY})
    script.hangs_up_at = at

    assert "the connection to SQL Server was lost" in refusal(script)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (1205, "(a deadlock): start the run again"),
        (3957, "start the run again when ALTER DATABASE has ended"),
        (3958, "makes room in tempdb"),
        (3961, "when nobody alters tables"),
        (596, "an administrator ended the session"),
    ],
)
def test_what_ends_a_reading_is_told_with_what_to_do(refusal, number, told):
    script = scripted(**{"WHERE 1 = 0": ONE_POLICY, QUERY: Refusal(number, "…")})

    assert told in refusal(script)
