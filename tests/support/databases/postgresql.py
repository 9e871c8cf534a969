"""A throw-away PostgreSQL: a cluster of its own on the loopback address, gone afterwards.

initdb → start → databases (made fast from templates) → stop → removed
"""

import getpass
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from tests.support.databases.odbc import postgresql_odbc

_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "40",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
REPLICATION: Final = {"wal_level": "replica", "max_wal_senders": "4", "hot_standby": "on"}
_ATTEMPTS: Final = 3


@dataclass(frozen=True)
class Database:
    """A database of the throw-away server."""

    port: int
    name: str
    user: str

    @property
    def conninfo(self) -> str:
        """For psycopg."""
        return f"host=127.0.0.1 port={self.port} dbname={self.name} user={self.user}"

    @property
    def odbc(self) -> str:
        """For psqlodbc."""
        return postgresql_odbc(self.port, self.name, self.user)


@dataclass
class PostgreSQL:
    """A running server."""

    port: int
    user: str
    home: Path
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def create_database(
        self, name: str | None = None, *, like: Database | None = None, encoding: str = "UTF8"
    ) -> Database:
        """A new database: empty, or a copy of another one that nobody is connected to."""
        name = name or f"test_{next(self._numbers)}"
        template = sql.Identifier(like.name if like else "template0")
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), template)
        if encoding != "UTF8":
            statement += sql.SQL(" ENCODING {} LOCALE 'C'").format(encoding)
        self._execute(statement)
        return Database(self.port, name, self.user)

    def stop(self) -> None:
        """Stops it at once; twice is once."""
        if programs := _programs():
            pid = self.home / "data" / "postmaster.pid"
            if _is_there(pid):
                _run(programs / "pg_ctl", "-D", pid.parent, "-m", "immediate", "-w", "stop")

    def drop_database(self, database: Database) -> None:
        """Removes a database, whoever is connected."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._execute(statement.format(sql.Identifier(database.name)))

    def _execute(self, statement: sql.Composed) -> None:
        conninfo = Database(self.port, "postgres", self.user).conninfo
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute(statement)


def why_no_postgresql() -> str | None:
    """Why the throw-away server cannot be started; None where it can."""
    if _programs() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    return None


@contextmanager
def postgresql(**settings: str) -> Iterator[PostgreSQL]:
    """Starts a server for the time of the context; two seconds on a small machine.

    Args:
        settings: Of the server, where they differ from the usual ones.

    Raises:
        RuntimeError: PostgreSQL is not installed or does not start; says why.
    """
    programs = _programs()
    if programs is None:
        raise RuntimeError(f"{why_no_postgresql()}. Nothing was started.")
    home = Path(tempfile.mkdtemp(prefix="openimis-postgresql-"))
    if _is_root():
        shutil.chown(home, "postgres", "postgres")
    try:
        _run(programs / "initdb", "-D", home / "data", *_INITDB)
        with _running(programs, home, _SETTINGS | settings) as server:
            yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def replica(primary: PostgreSQL, **settings: str) -> Iterator[PostgreSQL]:
    """Starts a hot standby that follows a server, whose `REPLICATION` settings let it.

    Args:
        primary: The server.
        settings: Of the replica, where they differ from the usual ones.
    """
    programs, home = _programs(), primary.home / "replica"
    assert programs is not None
    _run(
        programs / "pg_basebackup", "-h", "127.0.0.1", "-p", str(primary.port), "-U", primary.user,
        "-D", home / "data", "-R", "-X", "stream", "-c", "fast", "--no-sync",
    )  # fmt: skip
    with _running(programs, home, _SETTINGS | REPLICATION | settings) as server:
        yield server


@contextmanager
def _running(programs: Path, home: Path, settings: dict[str, str]) -> Iterator[PostgreSQL]:
    port = _start(programs, home, settings)
    server = PostgreSQL(port, _user(), home)
    try:
        yield server
    finally:
        server.stop()


_INITDB: Final = ("-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")


def _start(programs: Path, home: Path, chosen: dict[str, str]) -> int:
    """Starts on a free port; another one if somebody was faster."""
    for attempt in range(1, _ATTEMPTS + 1):
        port = _free_port()
        settings = chosen | {"port": str(port), "unix_socket_directories": str(home)}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        try:
            _run(
                programs / "pg_ctl", "-D", home / "data", "-l", home / "log", "-o", options,
                "-w", "start",
            )  # fmt: skip
        except RuntimeError:
            if attempt == _ATTEMPTS:
                raise
        else:
            return port
    raise AssertionError("unreachable")


def _programs() -> Path | None:
    """The folder of the newest PostgreSQL installed, Debian's place first."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    found = str(folders[-1]) if folders else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _run(program: Path, *arguments: str | Path) -> None:
    """Runs a program of PostgreSQL, as user postgres where we are root (it refuses root)."""
    as_postgres = ["runuser", "-u", "postgres", "--"] if _is_root() else []
    command = [*as_postgres, str(program), *map(str, arguments)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", check=False
    )
    if done.returncode:
        raise RuntimeError(f"{program.name} failed: {done.stdout.strip()}")


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        return True


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _is_root() -> bool:
    return os.geteuid() == 0


def _user() -> str:
    return "postgres" if _is_root() else getpass.getuser()
