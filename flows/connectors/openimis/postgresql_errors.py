"""What PostgreSQL, its client library and its foreign tables say beyond their SQLSTATEs.

A connection that cannot be made has one SQLSTATE whatever the reason, so texts are looked at. They
are libpq's and PostgreSQL's own, in English; in another language the SQLSTATE is what is left.
"""

PAGE = "docs/how-to/read-openimis-where-it-is.md"

_BEHIND_IS_AWAY = (
    "the database behind a foreign table cannot be reached from the one that was asked: look "
    "whether it runs, and whether its server (CREATE SERVER) has the right host and port"
)
_NO_AUTHORITY = (
    "SSLmode asks for a certificate that is verified, and the file with the authority's "
    f"certificate is not there: name it in the connection string, as {PAGE} says"
)
_UNTRUSTED = (
    "the certificate of the database is not signed by the authority that the connection string "
    f"names, or is out of date: name the right authority's file ({PAGE}); do not switch the check "
    "off"
)
_OTHER_NAME = (
    "the certificate of the database is for another host name than Server says: write the name "
    "that is in the certificate into Server"
)
_NO_ENCRYPTION = (
    "SSLmode asks for an encrypted connection, and the database offers none: have ssl switched on "
    "there"
)
_LOGIN = "the database refused the login: check user and password in the block"
_NOT_LET_IN = (
    "the database lets this user in neither from this machine nor in this way: its administrator "
    "adds a line to pg_hba.conf, or the connection string says SSLmode=require where only "
    "encrypted connections are taken"
)
_STANDBY = (
    "this is a standby that had to catch up with its primary: set hot_standby_feedback, or a "
    "larger max_standby_streaming_delay, on it, or read from the primary"
)
_TOO_SLOW = (
    "a statement took longer than the database permits its user (statement_timeout), or somebody "
    "ended it: give the user more time (ALTER ROLE … SET statement_timeout), or read tables or "
    "materialised views in place of slow views"
)
_IDLE = (
    "the database ended the connection since it waits for nobody so long "
    "(idle_in_transaction_session_timeout): give the user more time (ALTER ROLE … SET …)"
)

_BY_TEXT: tuple[tuple[str, str], ...] = (
    ('could not connect to server "', _BEHIND_IS_AWAY),
    ("root certificate file", _NO_AUTHORITY),
    ("certificate verify failed", _UNTRUSTED),
    ("does not match host name", _OTHER_NAME),
    ("does not support SSL", _NO_ENCRYPTION),
    ("no pg_hba.conf entry", _NOT_LET_IN),
    ("password authentication failed", _LOGIN),
    ("conflict with recovery", _STANDBY),
    ("due to statement timeout", _TOO_SLOW),
    ("idle-in-transaction timeout", _IDLE),
)
"""Part of a message, and what it means; the first one that is in the message counts."""

TRANSIENT = frozenset({_BEHIND_IS_AWAY, _STANDBY, _TOO_SLOW, _IDLE})
"""Meanings after which a retry may succeed, without anybody's help."""


def meaning_of(message: str) -> str | None:
    """Return what PostgreSQL means; None if its SQLSTATE says as much."""
    return next((meaning for part, meaning in _BY_TEXT if part in message), None)
