"""The T-SQL engine that the environment names: its drivers, databases and users.

`OPENIMIS_TSQL` is a connection string, or several in lines of their own, one a driver. Where it is
one, of Microsoft's driver, and FreeTDS is installed, FreeTDS's is made of it.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pyodbc

from flows.connectors.openimis.connection_strings import settings_of

DATABASE = f"openimis_to_dhis2_test_{secrets.token_hex(3)}"
_IN_CLEAR = {"no", "optional", "false", "0"}


@dataclass(frozen=True)
class Driver:
    """An ODBC driver and how it reaches the engine.

    Attributes:
        name: As people call it, with its version.
        settings: Of the connection string, but for the database.
    """

    name: str
    settings: Mapping[str, str]

    def odbc(self, database: str, **more: str) -> str:
        """The connection string of a database; `more` are settings instead of its own."""
        settings = {**self.settings, "database": database, **more}
        return ";".join(f"{key}={_braced(value)}" for key, value in settings.items() if value)


@dataclass
class Engine:
    """A running engine.

    Attributes:
        version: The first line of what it calls itself.
        drivers: All that reach it; the first one fills its databases.
    """

    version: str
    drivers: list[Driver]
    databases: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    def connection(self, database: str = "master", *, autocommit: bool = True) -> pyodbc.Connection:
        """A connection by the first driver."""
        return pyodbc.connect(self.drivers[0].odbc(database), autocommit=autocommit, timeout=30)

    def create_database(self, part: str) -> str:
        """A new, empty database."""
        name = f"{DATABASE}_{len(self.databases)}_{part.replace('.', '_')}"
        connection = self.connection()
        connection.execute(f"CREATE DATABASE [{name}]")
        connection.close()
        self.databases.append(name)
        return name

    def allow_snapshot(self, database: str, *, allowed: bool) -> bool:
        """Switch snapshot isolation on or off; False if the engine has no such switch."""
        statement = (
            f"ALTER DATABASE [{database}] SET ALLOW_SNAPSHOT_ISOLATION {'ON' if allowed else 'OFF'}"
        )
        connection = self.connection()
        try:
            connection.execute(statement)
        except pyodbc.Error:
            return False
        finally:
            connection.close()
        return True

    def create_user(self, database: str, *grants: str) -> Mapping[str, str]:
        """A login with a user in the database and these rights; returns `uid` and `pwd`."""
        name, password = f"{DATABASE}_{len(self.logins)}", f"A1-{secrets.token_hex(12)}"
        connection = self.connection(database)
        with suppress(pyodbc.Error):
            connection.execute(f"DROP LOGIN [{name}]")
        connection.execute(f"CREATE LOGIN [{name}] WITH PASSWORD = '{password}'")
        connection.execute(f"CREATE USER [{name}] FOR LOGIN [{name}]")
        for grant in grants:
            connection.execute(f"GRANT {grant} TO [{name}]")
        connection.close()
        self.logins.append(name)
        return {"uid": name, "pwd": password}

    def _remove(self) -> None:
        connection = self.connection()
        for name in self.databases:
            with suppress(pyodbc.Error):
                connection.execute(f"DROP DATABASE [{name}]")
        for name in self.logins:
            with suppress(pyodbc.Error):
                connection.execute(f"DROP LOGIN [{name}]")
        connection.close()


@contextmanager
def engine(connection_strings: str) -> Iterator[Engine]:
    """The engine; what was made in it is removed at the end of the block."""
    found = Engine("", [])
    given = [settings_of(line) for line in connection_strings.splitlines() if line.strip()]
    if len(given) == 1 and "FreeTDS" in pyodbc.drivers() and "freetds" not in str(given).lower():
        given.append(_for_freetds(given[0]))
    found.drivers = [_driver(settings) for settings in given]
    connection = found.connection()
    found.version = str(connection.execute("SELECT @@VERSION").fetchval()).splitlines()[0].strip()
    connection.close()
    try:
        yield found
    finally:
        found._remove()


def _driver(settings: Mapping[str, str]) -> Driver:
    own = {key: value for key, value in settings.items() if key != "database"}
    driver = Driver("", own)
    connection = pyodbc.connect(driver.odbc("master"), timeout=30)
    file, version = (
        connection.getinfo(each) for each in (pyodbc.SQL_DRIVER_NAME, pyodbc.SQL_DRIVER_VER)
    )
    connection.close()
    maker = "FreeTDS" if "tds" in str(file).lower() else "Microsoft"
    return Driver(f"{maker} {version}", own)


def _for_freetds(settings: Mapping[str, str]) -> Mapping[str, str]:
    host, _, port = settings["server"].removeprefix("tcp:").partition(",")
    in_clear = settings.get("encrypt", "yes").lower() in _IN_CLEAR
    return {
        "driver": "FreeTDS",
        "server": host,
        "port": port or "1433",
        "tds_version": "7.4",
        "uid": settings["uid"],
        "pwd": settings["pwd"],
        "encryption": "off" if in_clear else "require",
    }


def _braced(value: str) -> str:
    return "{" + value.replace("}", "}}") + "}" if set(value) & set(";{}=") else value
