"""`extract` says what is not safe between SQL Server and this machine, and nothing where all is."""

import pytest

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.postgresql import POSTGRESQL
from flows.connectors.openimis.sql_server import SQLSERVER
from flows.connectors.openimis.sql_server_wire import open_on_the_wire

MICROSOFT = "Driver={ODBC Driver 18 for SQL Server};Server=db.example.org,1433;Uid=a;Pwd=b;"
FREETDS = "Driver=FreeTDS;Server=db.example.org;Port=1433;Uid=a;Pwd=b;"
IN_CLEAR = "travels in clear"
TRUSTS_ANYBODY = "is not checked (TrustServerCertificate=yes)"
VERIFIES_NOTHING = "FreeTDS does not check the certificate"
NOT_LOOKED_AT = "which this program does not look at"


@pytest.mark.parametrize(
    ("connection_string", "told"),
    [
        (MICROSOFT, []),
        (MICROSOFT + "Encrypt=yes;", []),
        (MICROSOFT + "Encrypt=strict;", []),
        (MICROSOFT + "Encrypt=strict;TrustServerCertificate=yes", []),
        (MICROSOFT + "Encrypt=no;", [IN_CLEAR]),
        (MICROSOFT + "encrypt = Optional ;", [IN_CLEAR]),
        (MICROSOFT + "TrustServerCertificate=yes", [TRUSTS_ANYBODY]),
        (MICROSOFT + "Encrypt=mandatory;TrustServerCertificate=true", [TRUSTS_ANYBODY]),
        (MICROSOFT.replace("18", "17"), [IN_CLEAR]),
        (MICROSOFT.replace("18", "17") + "Encrypt=yes", []),
        (MICROSOFT.replace("Pwd=b", "Pwd={a;Encrypt=no}"), []),
        (MICROSOFT.replace("{ODBC Driver 18 for SQL Server}", "/opt/lib/libmsodbcsql-18.6.so"), []),
        (FREETDS, [IN_CLEAR, VERIFIES_NOTHING]),
        ("Driver=FreeTDS;Servername=openimis;Uid=a;Pwd=b", [NOT_LOOKED_AT]),
        (FREETDS + "Encryption=request", [IN_CLEAR, VERIFIES_NOTHING]),
        (FREETDS + "Encryption=require", [VERIFIES_NOTHING]),
        (FREETDS.replace("FreeTDS", "/usr/lib/odbc/libtdsodbc.so"), [IN_CLEAR, VERIFIES_NOTHING]),
    ],
)
def test_what_is_open_is_told_with_what_to_write_instead(connection_string, told):
    said = open_on_the_wire(connection_string)

    assert len(said) == len(told)
    assert all(part in sentence for part, sentence in zip(told, said, strict=True))


@pytest.mark.parametrize("server", ["localhost,1433", "127.0.0.1", "tcp:127.0.0.1,1433", "(local)"])
def test_a_server_on_this_machine_has_no_wire(server):
    assert open_on_the_wire(f"Driver=FreeTDS;Server={server};Pwd=b") == []


def test_a_host_whose_name_begins_like_this_machine_is_not_this_machine():
    assert open_on_the_wire("Driver=FreeTDS;Server=localhost.example.org;Pwd=b")


def test_no_secret_is_in_what_is_told():
    told = open_on_the_wire(FREETDS.replace("Pwd=b", "Pwd=open-sesame"))

    assert "open-sesame" not in " ".join(told)


def test_of_other_databases_nothing_is_told():
    assert Openimis(SQLSERVER, FREETDS).open_on_the_wire
    assert Openimis(POSTGRESQL, "Driver={PostgreSQL Unicode};Server=a").open_on_the_wire == []
