"""What a driver says becomes one sentence on what to do.

The messages are those that the drivers gave when each fault was made: Microsoft's ODBC Driver 18.6
and FreeTDS 1.3.17 on a T-SQL engine and on a scripted server, psqlodbc on PostgreSQL.
"""

import pyodbc
import pytest

from flows.connectors.openimis.odbc_errors import as_source_error
from transforms.core.errors import SourceBusyError, SourceError, SyncError

MICROSOFT = "[Microsoft][ODBC Driver 18 for SQL Server]"
FREETDS = "[FreeTDS][SQL Server]"
UNAVAILABLE = "Unable to connect: Adaptive Server is unavailable or does not exist"
NOT_OPENED = 'Cannot open database "openIMIS" requested by the login. The login failed.'
NO_DRIVER = "Can't open lib 'ODBC Driver 18 for SQL Server' : file not found"
CATCHING_UP = "ERROR: canceling statement due to conflict with recovery;\nError while executing"
CONNECT = "connect to openIMIS"
TLS = f"{MICROSOFT}SSL Provider: [error:0A000086:SSL routines::certificate verify failed:"


def said(state: str, message: str, number: int) -> pyodbc.Error:
    return pyodbc.Error(state, f"[{state}] {message} ({number}) (SQLDriverConnect)")


@pytest.mark.parametrize(
    ("state", "number", "message", "told"),
    [
        ("HYT00", 0, f"{MICROSOFT}Login timeout expired", "check host and port"),
        ("08001", 0, f"{FREETDS}Unable to connect to data source", "the ca file"),
        ("08S01", 20009, f"{FREETDS}{UNAVAILABLE}", "check host and port"),
        ("28000", 18456, f"{MICROSOFT}[SQL Server]Login failed for user 'a'.", "check user and"),
        ("42000", 18456, f"{FREETDS}Login failed for user 'a'.", "check user and password"),
        ("42000", 4060, f"{MICROSOFT}[SQL Server]{NOT_OPENED}", "the login has a user in it"),
        ("08001", -1, f"{TLS}self-signed certificate]", "SSL_CERT_FILE"),
        ("08001", -1, f"{TLS}unable to get local issuer certificate]", "SSL_CERT_FILE"),
        ("08001", -1, f"{TLS}subject name does not match host name]", "HostnameInCertificate"),
        ("08001", 20, f"{MICROSOFT}Encryption not supported on SQL Server.", "offers none"),
        ("08001", 10054, f"{MICROSOFT}TCP Provider: Error code 0x2746", "then write Encrypt=yes"),
        ("01000", 0, f"[unixODBC][Driver Manager]{NO_DRIVER}", "odbcinst -q -d"),
        ("HYT00", 0, "[unixODBC]timeout expired", "nobody answered: check host and port"),
    ],
)  # fmt: skip
def test_a_connection_that_cannot_be_made_is_told_with_what_to_do(state, number, message, told):
    with pytest.raises(SyncError) as refusal, as_source_error(CONNECT, connecting=True):
        raise said(state, message, number)

    assert told in str(refusal.value)
    assert "Nothing was sent to DHIS2." in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (CATCHING_UP, "set hot_standby_feedback"),
        (f"{FREETDS}Unexpected EOF from the server", "the connection to SQL Server was lost"),
        (f"{MICROSOFT}Communication link failure", "the connection to SQL Server was lost"),
        (f"{MICROSOFT}[SQL Server]Something with 'Abebe Bikila' in it", "reported an error"),
    ],
)
def test_what_ends_a_reading_is_told_without_the_drivers_words(message, told):
    with pytest.raises(SyncError) as refusal, as_source_error("read tblInsuree"):
        raise said("HY000", message, 1)

    assert told in str(refusal.value)
    assert "Abebe" not in str(refusal.value)


def test_a_password_in_a_drivers_words_is_blotted_out():
    with pytest.raises(SyncError) as refusal, as_source_error(CONNECT, connecting=True):
        raise said("08001", f"{MICROSOFT}Invalid: Uid=a;Pwd={{open;sesame}};Server=b", 0)

    assert "sesame" not in str(refusal.value)


NO_FILE = 'root certificate file "/nowhere/ca.pem" does not exist'
OF_ANOTHER = 'server certificate for "db" does not match host name "127.0.0.1"'
NO_ENTRY = 'FATAL: no pg_hba.conf entry for host "10.0.0.7", user "a", no encryption'


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (NO_FILE, "the file with the authority's certificate is not there"),
        ("SSL error: certificate verify failed", "is not signed by the authority"),
        (OF_ANOTHER, "is for another host name than Server says"),
        ("server does not support SSL, but SSL was required", "have ssl switched on"),
        (NO_ENTRY, "adds a line to pg_hba.conf"),
    ],
)
def test_a_postgresql_that_is_not_trusted_or_lets_nobody_in_is_not_waited_for(message, told):
    with pytest.raises(SourceError) as refusal, as_source_error(CONNECT, connecting=True):
        raise said("08001", f"[unixODBC]{message}", 0)

    assert told in str(refusal.value)


@pytest.mark.parametrize(
    ("state", "message", "kind", "told"),
    [
        ("42704", "user mapping not found for clerk", SourceError, "CREATE USER MAPPING"),
        ("HV00L", "unable to create execution", SourceError, "a foreign table cannot be read"),
        ("08001", 'could not connect to server "a"', SourceBusyError, "behind a foreign table"),
        (
            "57014",
            "canceling statement due to statement timeout",
            SourceBusyError,
            "statement_time",
        ),
        ("25P03", "due to idle-in-transaction timeout", SourceBusyError, "idle_in_transaction_"),
        ("22P05", 'byte sequence 0x81 in encoding "WIN1252"', SourceError, "no letters in the"),
    ],
)
def test_what_postgresql_ends_a_reading_for_is_told(state, message, kind, told):
    with pytest.raises(kind) as refusal, as_source_error("read tblInsuree"):
        raise said(state, f"[unixODBC]ERROR: {message}", 1)

    assert told in str(refusal.value)


PSQLODBC = "[unixODBC]"
CURED_BY_TIME = [
    ("08S01", 0, f"{PSQLODBC}Communication link failure"),
    ("08001", 0, f"{PSQLODBC}connection to server failed: Connection refused"),
    ("57P03", 0, f"{PSQLODBC}FATAL: the database system is starting up"),
    ("57P01", 0, f"{PSQLODBC}terminating connection due to administrator command"),
    ("40001", 0, CATCHING_UP),
    ("40P01", 0, f"{PSQLODBC}ERROR: deadlock detected"),
    ("55P03", 0, f"{PSQLODBC}ERROR: canceling statement due to lock timeout"),
    ("53300", 0, f"{PSQLODBC}FATAL: sorry, too many clients already"),
    ("HYT00", 0, f"{PSQLODBC}timeout expired"),
    ("HYT00", 0, f"{MICROSOFT}Login timeout expired"),
    ("40001", 1205, f"{MICROSOFT}[SQL Server]Transaction was deadlocked."),
    ("42000", 1222, f"{FREETDS}Lock request time out period exceeded."),
    ("42000", 942, f"{FREETDS}Database 'openIMIS' cannot be opened because it is offline."),
    ("08S01", 20006, f"{FREETDS}Write to the server failed"),
    ("HY000", 5, "[SQLite]database is locked (5)"),
]
NEVER_CURED = [
    ("08001", 0, f'{PSQLODBC}FATAL: password authentication failed for user "a"'),
    ("08001", 0, f'{PSQLODBC}FATAL: database "openIMIS" does not exist'),
    ("28000", 18456, f"{MICROSOFT}[SQL Server]Login failed for user 'a'."),
    ("08001", -1, f"{TLS}self-signed certificate]"),
    ("42501", 0, f"{PSQLODBC}ERROR: permission denied for table"),
    ("42000", 229, f"{FREETDS}The SELECT permission was denied"),
    ("01000", 0, f"[unixODBC][Driver Manager]{NO_DRIVER}"),
    ("22003", 0, f"{PSQLODBC}numeric value out of range"),
    ("42000", 3952, f"{MICROSOFT}[SQL Server]Snapshot isolation is not allowed"),
]


@pytest.mark.parametrize(("state", "number", "message"), CURED_BY_TIME)
def test_what_time_may_cure_is_told_apart(state, number, message):
    with pytest.raises(SourceBusyError), as_source_error(CONNECT, connecting=True):
        raise said(state, message, number)


@pytest.mark.parametrize(("state", "number", "message"), NEVER_CURED)
def test_what_somebody_has_to_mend_is_not_waited_for(state, number, message):
    with pytest.raises(SourceError), as_source_error(CONNECT, connecting=True):
        raise said(state, message, number)
