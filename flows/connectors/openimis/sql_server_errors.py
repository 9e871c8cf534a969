"""What SQL Server's error numbers, and its two ODBC drivers' own complaints, mean.

Numbers below 20,000 are SQL Server's (`sys.messages`); from 20,000 on they are FreeTDS's own
(`include/sybdb.h`). Microsoft's driver has no numbers of its own, so its texts are looked at.
Whatever is not here is reported by its SQLSTATE, as with any other database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PAGE = "docs/openimis-on-sql-server.md"

_UNREACHABLE = (
    "no SQL Server answers there: check host and port (or instance) in the block, the firewall, "
    "and that the server runs and listens on TCP"
)
_FREETDS_SAYS_NO_MORE = (
    "no SQL Server answers there, or it offers no encryption where encryption is asked for, or its "
    "certificate is not one that freetds.conf trusts (FreeTDS says the same for all three): check "
    "host and port (or instance) in the block, the firewall, that the server runs and listens on "
    f"TCP, and the ca file ({PAGE})"
)
_LOST = (
    "the connection to SQL Server was lost: the server or the network went away; start the run "
    "again when it is up"
)
_NO_SNAPSHOT = (
    "SQL Server does not allow snapshot isolation in this database: an administrator runs ALTER "
    "DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON once; where nobody may, read a restored backup "
    f"and save the block with is_a_copy=true ({PAGE})"
)
_NO_DATABASE = (
    "SQL Server does not open that database to this login: check its name in the block, that it "
    "is online, and that the login has a user in it (CREATE USER … FOR LOGIN …)"
)
_NO_RIGHT = (
    "the user may not read it: grant SELECT on the openIMIS tables (a right to views alone is "
    "not enough)"
)
_NOT_ONLINE = "the database is offline, being restored or held by one user: wait until it is online"
_REPLICA = (
    "this is a secondary of an availability group that lets nobody read, or only those who say "
    "so: add ApplicationIntent=ReadOnly to the connection string, or name the primary"
)
_DEADLOCK = (
    "SQL Server ended the transaction because of another one (a deadlock): start the run again"
)
_LOCKED = "a table was locked for too long: start the run again when nobody alters tables"
_SWITCHED = (
    "snapshot isolation was being switched on or off just then: start the run again when ALTER "
    "DATABASE has ended"
)
_ALTERED = "a table was altered while it was read: start the run again when nobody alters tables"
_NO_ANSWER = "SQL Server did not answer in time: start the run again, or look at its load"
_STOPPED = (
    "SQL Server was stopped, or an administrator ended the session: start the run again when it "
    "is up"
)
_LOGIN = (
    "SQL Server refused the login: check user and password in the block, and that the server "
    "allows logins of its own (mixed mode)"
)
_EXPIRED = "the login's password has expired or must be changed: an administrator changes it"
_VERSIONS_GONE = (
    "SQL Server had no room to keep what the snapshot reads: an administrator makes room in "
    "tempdb; start the run again when little is written"
)
_UNTRUSTED = (
    "the certificate of SQL Server is not signed by an authority that this machine trusts: add "
    "that authority to the machine's trusted ones, or name its certificate in the environment "
    f"variable SSL_CERT_FILE of the worker ({PAGE}); do not switch the check off"
)
_OTHER_NAME = (
    "the certificate of SQL Server is for another host name than Server says: write the name that "
    f"is in the certificate into Server, or into HostnameInCertificate ({PAGE})"
)
_CLOSED = (
    "SQL Server closed the connection: it went away, or it does not know Encrypt=strict, which "
    "needs SQL Server 2022 (then write Encrypt=yes)"
)
_NO_ENCRYPTION = (
    "client and SQL Server did not agree on an encrypted connection: the server offers none, or "
    f"only a TLS version or cipher that this machine refuses ({PAGE})"
)

_BY_NUMBER: Mapping[int, str] = {
    207: "a column is not there (any more): start the run again; it reads the catalogue anew",
    208: "a table is not there, or the user may not see it: check that this is an openIMIS "
    "database, and grant SELECT on its tables",
    **dict.fromkeys((229, 230, 300), _NO_RIGHT),
    **dict.fromkeys((911, 916, 4060, 4063, 4064), _NO_DATABASE),
    **dict.fromkeys((921, 922, 924, 927, 942, 945, 952), _NOT_ONLINE),
    **dict.fromkeys((976, 978, 979, 982, 983), _REPLICA),
    **dict.fromkeys((596, 6005, 17142, 17147, 17148), _STOPPED),
    1205: _DEADLOCK,
    1222: _LOCKED,
    3951: "the transaction did not begin in snapshot isolation, as those of this program do: "
    "something between it and SQL Server (a pool, a proxy) begins transactions of its own; "
    "connect to SQL Server itself",
    **dict.fromkeys((3952, 3956), _NO_SNAPSHOT),
    3957: _SWITCHED,
    **dict.fromkeys((3958, 3966, 3967), _VERSIONS_GONE),
    3961: _ALTERED,
    **dict.fromkeys((18456, 18450, 18461), _LOGIN),
    18452: "SQL Server takes this for a Windows login and does not know its domain: use a login "
    "of SQL Server (Uid and Pwd in the block)",
    18470: "the login is disabled: an administrator enables it",
    18486: "the login is locked after wrong passwords: an administrator unlocks it",
    **dict.fromkeys((18487, 18488), _EXPIRED),
    **dict.fromkeys((20009, 20012, 20013), _UNREACHABLE),
    **dict.fromkeys((20004, 20006, 20017, 20047), _LOST),
    20003: _NO_ANSWER,
}  # fmt: skip

TRANSIENT = frozenset(
    {
        _UNREACHABLE, _FREETDS_SAYS_NO_MORE, _LOST, _CLOSED, _NOT_ONLINE, _STOPPED, _VERSIONS_GONE,
        _DEADLOCK, _LOCKED, _SWITCHED, _ALTERED, _NO_ANSWER,
    }
)  # fmt: skip
"""Meanings after which a retry may succeed, without anybody's help."""


@dataclass(frozen=True)
class _Text:
    """Parts of a driver's text, in lower case, and what it means."""

    parts: tuple[str, ...]
    meaning: str

    def is_in(self, message: str) -> bool:
        return all(part in message for part in self.parts)


_BY_TEXT: tuple[_Text, ...] = (
    _Text(("hostname mismatch",), _OTHER_NAME),
    _Text(("ip address mismatch",), _OTHER_NAME),
    _Text(("hostname does not match",), _OTHER_NAME),
    _Text(("subject name does not match",), _OTHER_NAME),
    _Text(("certificate",), _UNTRUSTED),
    _Text(("ssl provider",), _NO_ENCRYPTION),
    _Text(("encryption",), _NO_ENCRYPTION),
    _Text(("ssl/tls",), _NO_ENCRYPTION),
    _Text(("login timeout expired",), _UNREACHABLE),
    _Text(("adaptive server is unavailable",), _UNREACHABLE),
    _Text(("unable to connect to data source",), _FREETDS_SAYS_NO_MORE),
    _Text(("communication link failure",), _LOST),
    _Text(("unexpected eof",), _LOST),
    _Text(("tcp provider",), _CLOSED),
)


def is_of_sql_server(message: str) -> bool:
    """Return whether a driver of SQL Server says it."""
    return "[SQL Server]" in message or "for SQL Server]" in message or "[FreeTDS]" in message


def meaning_of(numbers: Iterable[int], message: str) -> str | None:
    """Return what SQL Server or its driver means; None if it is not known.

    Args:
        numbers: Its native error numbers, the first one first.
        message: The driver's message.
    """
    by_number = (_BY_NUMBER[number] for number in numbers if number in _BY_NUMBER)
    by_text = (text.meaning for text in _BY_TEXT if text.is_in(message.lower()))
    return next(by_number, None) or next(by_text, None)
