"""A PostgreSQL whose certificate a ministry's own authority signed is verified, or refused."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.postgresql import POSTGRESQL
from tests.support.certificates import Authority, authority
from tests.support.databases import Database, PostgreSQL
from tests.system.extract.conftest import wanted_of
from transforms.core.errors import SourceError

PLACES = wanted_of("tblLocations")


@pytest.fixture(scope="module")
def ministry(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module", autouse=True)
def encrypting(postgresql_server: PostgreSQL, ministry: Authority) -> Iterator[None]:
    """The throw-away server, as long as it encrypts."""
    settings = {"ssl": "on"}
    names = ("ssl_key_file", "ssl_cert_file")
    for name, path in zip(names, ministry.certify(), strict=True):
        settings[name] = str(_given_to(postgresql_server, path))
    conninfo = Database(postgresql_server.port, "postgres", postgresql_server.user).conninfo
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for name in reversed(settings):
            connection.execute(f"ALTER SYSTEM SET {name} = '{settings[name]}'".encode())
        connection.execute("SELECT pg_reload_conf()")
    yield
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for name in settings:
            connection.execute(f"ALTER SYSTEM RESET {name}".encode())
        connection.execute("SELECT pg_reload_conf()")


def _given_to(server: PostgreSQL, path: Path) -> Path:
    """Copy a file to where the server may read it, and nobody else."""
    copy = Path(shutil.copy(path, server.home / path.name))
    copy.chmod(0o600)
    shutil.chown(copy, server.user)
    return copy


def check(openimis: Database, settings: str) -> None:
    Openimis(POSTGRESQL, openimis.odbc + settings).check(PLACES)


def verifying(bundle: Path) -> str:
    """What the page tells to write into a connection string."""
    return f"SSLmode=verify-full;pqopt={{sslrootcert={bundle}}};"


def test_a_database_whose_authority_is_named_is_read(
    openimis: Database, ministry: Authority
) -> None:
    check(openimis, verifying(ministry.bundle))


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("another", "is not signed by the authority that the connection string names"),
        ("nowhere", "the file with the authority's certificate is not there"),
    ],
)
def test_an_authority_that_is_not_the_right_one_is_told(
    openimis: Database, tmp_path: Path, named: str, told: str
) -> None:
    authority(tmp_path, "another")

    with pytest.raises(SourceError, match=told):
        check(openimis, verifying(tmp_path / f"{named}.pem"))


def test_a_certificate_for_another_name_is_told(openimis: Database, ministry: Authority) -> None:
    elsewhere = openimis.odbc.replace("127.0.0.1", "localhost")

    with pytest.raises(SourceError, match="is for another host name than Server says"):
        Openimis(POSTGRESQL, elsewhere + verifying(ministry.bundle)).check(PLACES)
