"""Wrong set-ups, each with the sentence that a user sees, and what must hold while others write."""

import socket

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.sql_server import SQLSERVER
from tests.live.tsql.engine import Driver, Engine
from tests.live.tsql.report import Report
from tests.system.extract.conftest import EVERYTHING, Wanted, wanted_of
from transforms.core.errors import SyncError
from transforms.openimis.tables.column_types import UNREADABLE

LEVEL = "1.11"
POLICIES = wanted_of("tblPolicy", "PolicyValue", "ExpiryDate", "ValidityFrom", "ValidityTo")
SWITCH = "this engine has no ALLOW_SNAPSHOT_ISOLATION"


def try_faults(engine: Engine, driver: Driver, database: str, report: Report) -> None:
    """Try all that can be tried on any engine."""
    _try_wrong_connections(driver, database, report)
    _try_users(engine, driver, database, report)
    _try_one_moment(engine, driver, database, report)
    _try_copies(engine, driver, database, report)
    _try_types(engine, driver, report)
    _try_values(engine, driver, report)
    _try_isolation(engine, driver, database, report)


def sentence_of(odbc: str, wanted=POLICIES, **more) -> str:
    """What a user sees who reads policies; empty if they are read."""
    client = Openimis(SQLSERVER, odbc, **more)
    try:
        selected = client.check(wanted)
        with client.transaction() as transaction, transaction.check_unchanged(selected):
            for selection in selected:
                list(transaction.batches(selection))
    except SyncError as error:
        return str(error)
    return ""


def _try_wrong_connections(driver: Driver, database: str, report: Report) -> None:
    port = _a_closed_port()
    server = {"server": f"127.0.0.1,{port}"} if "port" not in driver.settings else {"port": port}
    host = "no-such-host.invalid"
    cases = {
        "wrong host": (driver.odbc(database, server=host), "check host and port"),
        "closed port": (driver.odbc(database, **server), "check host and port"),
        "wrong password": (driver.odbc(database, pwd="wrong"), "check user and password"),
        "wrong login": (driver.odbc(database, uid="nobody"), "check user and password"),
        "wrong database": (driver.odbc("no_such_database"), "check its name in the block"),
        "wrong driver": (driver.odbc(database, driver="Oracle 7"), "odbcinst -q -d"),
    }
    for what, (odbc, expected) in cases.items():
        _told(report, driver, what, sentence_of(odbc), expected)
    if "FreeTDS" not in driver.name:
        odbc = driver.odbc(database, encrypt="yes", trustservercertificate="no")
        _told(report, driver, "certificate that is not trusted", sentence_of(odbc), "certificate")


def _try_users(engine: Engine, driver: Driver, database: str, report: Report) -> None:
    select = [f"SELECT ON [{table}]" for table in EVERYTHING]
    reader = engine.create_user(database, *select)
    seen = sentence_of(driver.odbc(database, **reader), EVERYTHING)
    report.add(
        LEVEL, driver.name, "a user with SELECT alone", ok=not seen, seen=seen or "reads all tables"
    )
    clerk = engine.create_user(database, *[each for each in select if "tblPolicy]" not in each])
    sentence = sentence_of(driver.odbc(database, **clerk), EVERYTHING)
    _told(report, driver, "a table without SELECT", sentence, "tblPolicy")
    _try_views(engine, driver, database, report)


def _try_views(engine: Engine, driver: Driver, database: str, report: Report) -> None:
    """Views alone, in a schema that the user's own name is looked up in."""
    connection = engine.connection(database)
    connection.execute("IF OBJECT_ID('views.tblPolicy') IS NOT NULL DROP VIEW views.tblPolicy")
    connection.execute("IF SCHEMA_ID('views') IS NOT NULL DROP SCHEMA views")
    connection.execute("CREATE SCHEMA views")
    connection.execute("CREATE VIEW views.tblPolicy AS SELECT * FROM dbo.tblPolicy")
    connection.close()
    viewer = engine.create_user(database, "SELECT ON views.tblPolicy")
    connection = engine.connection(database)
    connection.execute(f"ALTER USER [{viewer['uid']}] WITH DEFAULT_SCHEMA = views")
    connection.close()
    sentence = sentence_of(driver.odbc(database, **viewer))
    is_one = "\n" not in sentence and "isoformat" not in sentence
    seen = sentence or "reads the view"
    report.add(LEVEL, driver.name, "a user with views alone", ok=is_one, seen=seen)


def _try_one_moment(engine: Engine, driver: Driver, database: str, report: Report) -> None:
    client = Openimis(SQLSERVER, driver.odbc(database))
    genders, claims = client.check(
        {**wanted_of("tblGender", "Code"), **wanted_of("tblClaim", "ClaimCode")}
    )
    writer = engine.connection(database)
    with client.transaction() as transaction:
        before = _rows(transaction, claims)
        writer.execute("UPDATE tblClaim SET ClaimCode = ClaimCode + N'x' WHERE LEN(ClaimCode) < 8")
        writer.execute("INSERT INTO tblGender (Code, Gender) VALUES (N'x', N'entered meanwhile')")
        after, read = _rows(transaction, claims), len(_rows(transaction, genders))
    there = writer.execute("SELECT COUNT(*) FROM tblGender").fetchval()
    writer.execute("DELETE FROM tblGender WHERE Code = N'x'")
    writer.close()
    ok = before == after and there == read + 1
    seen = f"{read} genders read, {there} are there now; {len(after):,} claims as they were"
    report.add(LEVEL, driver.name, "all is of one moment while others write", ok=ok, seen=seen)


def _try_copies(engine: Engine, driver: Driver, database: str, report: Report) -> None:
    odbc = driver.odbc(database)
    sentence = sentence_of(odbc, is_a_copy=True)
    report.add(
        LEVEL, driver.name, "a copy that nobody writes to", ok=not sentence, seen=sentence or "read"
    )
    sentence = _written_to_while_read(engine, odbc, database)
    _told(
        report, driver, "a copy that is written to", sentence, "tblPolicy changed while it was read"
    )


def _written_to_while_read(engine: Engine, odbc: str, database: str) -> str:
    """Changes one value and no time stamp: only the row version tells."""
    client = Openimis(SQLSERVER, odbc, is_a_copy=True)
    selected = client.check(POLICIES)
    try:
        with client.transaction() as transaction, transaction.check_unchanged(selected):
            list(transaction.batches(selected[0]))
            writer = engine.connection(database)
            writer.execute("UPDATE TOP (1) tblPolicy SET PolicyValue = PolicyValue + 1")
            writer.close()
    except SyncError as error:
        return str(error)
    return ""


def _try_types(engine: Engine, driver: Driver, report: Report) -> None:
    cases: dict[str, tuple[str, str, str]] = {
        "an amount of type float": ("PolicyValue float", "1.5", "PolicyValue is of type float"),
        "a date kept as text": ("ExpiryDate nvarchar(20)", "N'soon'", "ExpiryDate is of type"),
    }
    for what, (column, value, expected) in cases.items():
        odbc, wanted = _one_policy(engine, driver, column, value)
        _told(report, driver, what, sentence_of(odbc, wanted), expected)


def _try_values(engine: Engine, driver: Driver, report: Report) -> None:
    """Values that no driver hands over as they are: null, and named in their row."""
    long = "REPLICATE(CAST(N'x' AS nvarchar(max)), 4001)"
    cases: dict[str, tuple[str, str]] = {
        "a text of 4,001 characters": ("PolicyStage nvarchar(max)", long),
        "an amount with three decimals": ("PolicyValue decimal(18,3)", "1.234"),
        "an amount of 17 digits": ("PolicyValue decimal(38,2)", "12345678901234567.00"),
        "a status of 3,000,000,000": ("PolicyStatus bigint", "3000000000"),
    }
    for what, (column, value) in cases.items():
        odbc, wanted = _one_policy(engine, driver, column, value)
        name = column.split()[0]
        seen = _read(odbc, wanted)
        ok = seen == [{name: None, UNREADABLE: name}]
        report.add(LEVEL, driver.name, what, ok=ok, seen="held back" if ok else str(seen))


def _one_policy(engine: Engine, driver: Driver, column: str, value: str) -> tuple[str, Wanted]:
    """Return how a database of one policy is read, and what is wanted of it."""
    database = engine.create_database("types")
    connection = engine.connection(database)
    connection.execute(f"CREATE TABLE tblPolicy (PolicyID int, PolicyUUID nvarchar(36), {column})")
    connection.execute(f"INSERT INTO tblPolicy VALUES (1, N'a', {value})")
    connection.close()
    engine.allow_snapshot(database, allowed=True)
    return driver.odbc(database), wanted_of("tblPolicy", column.split()[0])


def _read(odbc: str, wanted: Wanted) -> list[dict[str, object]]:
    """Return the rows of the one table that is wanted, without key and UUID."""
    client = Openimis(SQLSERVER, odbc)
    (policies,) = client.check(wanted)
    with client.transaction() as transaction:
        rows = _rows(transaction, policies)
    return [
        {name: value for name, value in row.items() if name not in ("PolicyID", "PolicyUUID")}
        for row in rows
    ]


def _try_isolation(engine: Engine, driver: Driver, database: str, report: Report) -> None:
    step = "a database without snapshot isolation"
    if not engine.allow_snapshot(database, allowed=False):
        report.not_tried(LEVEL, driver.name, step, SWITCH)
        return
    sentence = sentence_of(driver.odbc(database))
    engine.allow_snapshot(database, allowed=True)
    _told(report, driver, step, sentence, "ALLOW_SNAPSHOT_ISOLATION")


def _told(report: Report, driver: Driver, what: str, sentence: str, expected: str) -> None:
    ok = expected in sentence and "\n" not in sentence and "Traceback" not in sentence
    report.add(LEVEL, driver.name, what, ok=ok, seen=sentence or "nothing was said")


def _rows(transaction, selection) -> list[dict[str, object]]:
    return [row for batch in transaction.batches(selection) for row in batch.to_pylist()]


def _a_closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])
