"""What a connection string for SQL Server leaves open on the wire, one sentence a gap.

    rows in clear          nobody encrypts them: the login alone is always encrypted
    nobody is verified     they are encrypted, but for whoever answers at that address

Microsoft's driver encrypts and verifies by default from version 18 on; before, it did neither.
FreeTDS 1.3 encrypts if asked (`Encryption=require`). It verifies only where the connection string
names a section of freetds.conf (`Servername=`) and that section has a `ca file`; with `Server=` it
never does.
"""

import re

from flows.connectors.openimis.connection_strings import settings_of

_LOCAL = re.compile(r"(?i)(tcp:)?(localhost|127\.[\d.]+|::1|\(local\)|\.)(,\d+|\\\w+)?")
_NO = {"no", "optional", "false", "0", "off"}
_YES = {"yes", "true", "1", "mandatory", "require"}
_SAFE_BY_DEFAULT = 18
_PAGE = "See docs/openimis-on-sql-server.md."

IN_CLEAR = (
    "What is read of openIMIS travels in clear between SQL Server and this machine: whoever is in "
    "between reads every person and claim. Write {setting} into the connection string. " + _PAGE
)
TRUSTS_ANYBODY = (
    "The certificate of SQL Server is not checked (TrustServerCertificate=yes): whoever answers at "
    "that address gets the password and can send what he likes. Remove the setting, and let this "
    "machine trust the authority that signed the certificate (SSL_CERT_FILE). " + _PAGE
)
VERIFIES_NOTHING = (
    "FreeTDS does not check the certificate of SQL Server where the connection string says Server: "
    "whoever answers at that address gets the password. Name a section of freetds.conf that has a "
    "ca file instead (Servername=…), or use Microsoft's driver. " + _PAGE
)
NOT_LOOKED_AT = (
    "Whether FreeTDS encrypts, and checks the certificate of SQL Server, stands in the section of "
    "freetds.conf that Servername names, which this program does not look at: it is safe with "
    "encryption = require and a ca file there. " + _PAGE
)


def open_on_the_wire(connection_string: str) -> list[str]:
    """Return what is not safe between SQL Server and this machine, one sentence each.

    A server on this machine has no wire.
    """
    settings = settings_of(connection_string)
    server = settings.get("server", settings.get("address", ""))
    if _LOCAL.fullmatch(server):
        return []
    return _of_freetds(settings) if _is_freetds(settings) else _of_microsoft(settings)


def _is_freetds(settings: dict[str, str]) -> bool:
    driver = settings.get("driver", "").lower()
    return "freetds" in driver or "tdsodbc" in driver


def _of_freetds(settings: dict[str, str]) -> list[str]:
    if "server" not in settings:
        return [NOT_LOOKED_AT]
    is_encrypted = settings.get("encryption", "").lower() in {"require", "strict"}
    in_clear = [] if is_encrypted else [IN_CLEAR.format(setting="Encryption=require")]
    return [*in_clear, VERIFIES_NOTHING]


def _of_microsoft(settings: dict[str, str]) -> list[str]:
    encrypt = settings.get("encrypt", _default(settings)).lower()
    if encrypt in _NO:
        return [IN_CLEAR.format(setting="Encrypt=yes")]
    trusts_anybody = settings.get("trustservercertificate", "no").lower() in _YES
    # Encrypt=strict checks the certificate whatever TrustServerCertificate says.
    return [TRUSTS_ANYBODY] if trusts_anybody and encrypt != "strict" else []


def _default(settings: dict[str, str]) -> str:
    version = re.search(r"(?:Driver |msodbcsql-)(\d+)", settings.get("driver", ""))
    return "no" if version and int(version[1]) < _SAFE_BY_DEFAULT else "yes"
