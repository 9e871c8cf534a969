"""A SQL Server that was made up: an openIMIS table in its catalogue, and what it answers."""

from collections.abc import Mapping

from tests.support.databases.tds import Answer, Rows, Script

FREETDS = (
    "Driver=FreeTDS;Server=127.0.0.1;Port={port};TDS_Version=7.4;Database=openIMIS;"
    "Uid=reader;Pwd=open-sesame"
)
DATE, DATETIME2, DATETIME, NVARCHAR, INT, FLOAT = -9, -9, 93, -9, 4, 6
"""Codes that SQL Server's sp_columns gives FreeTDS: `date` and `datetime2` are nvarchar to it."""

POLICIES: Mapping[str, tuple[int, str]] = {
    "PolicyID": (INT, "int"),
    "PolicyUUID": (NVARCHAR, "nvarchar"),
    "ExpiryDate": (DATE, "date"),
    "ValidityFrom": (DATETIME2, "datetime2"),
}
_COLUMNS_OF_SP_TABLES = (
    "TABLE_QUALIFIER", "TABLE_OWNER", "TABLE_NAME", "TABLE_TYPE", "REMARKS",
)  # fmt: skip
_COLUMNS_OF_SP_COLUMNS = (
    "TABLE_QUALIFIER", "TABLE_OWNER", "TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "TYPE_NAME",
    "PRECISION", "LENGTH", "SCALE", "RADIX", "NULLABLE", "REMARKS", "COLUMN_DEF", "SQL_DATA_TYPE",
    "SQL_DATETIME_SUB", "CHAR_OCTET_LENGTH", "ORDINAL_POSITION", "IS_NULLABLE", "SS_DATA_TYPE",
)  # fmt: skip


def scripted(
    table: str = "tblPolicy",
    columns: Mapping[str, tuple[int, str]] = POLICIES,
    listed_as: str | None = None,
    **more: Answer,
) -> Script:
    """A server with one table of the schema dbo.

    Args:
        table: As its columns are listed.
        columns: Name to type code and type, as sp_columns has them.
        listed_as: As sp_tables lists the table; by default likewise.
        more: What a statement contains to what comes; before all else.
    """
    usual = _ABOUT | _catalogue(table, columns, listed_as or table)
    return Script(answers=more | {part: usual[part] for part in usual if part not in more})


_ABOUT: Mapping[str, Answer] = {
    "SCHEMA_NAME": Rows(["schema"], [["dbo"]]),
    "SYSDATETIME": Rows(["now"], [["2026-01-02 03:04:05.678901"]]),
    "SERVERNAME": Rows(["database"], [["SERVER/openIMIS"]]),
    "NCHAR": Rows(["probe"], [["\u0141\u0936\u12a0"]]),
}


def _catalogue(
    table: str, columns: Mapping[str, tuple[int, str]], listed_as: str
) -> dict[str, Answer]:
    described = [
        ["openIMIS", "dbo", table, name, code, kind, _size(kind), 20, 0, 10, 1, None, None, code,
         None, None, place, "YES", 0]
        for place, (name, (code, kind)) in enumerate(columns.items(), 1)
    ]  # fmt: skip
    return {
        "sp_datatype_info": Rows(["TYPE_NAME"], []),
        "sp_tables": Rows(_COLUMNS_OF_SP_TABLES, [["openIMIS", "dbo", listed_as, "TABLE", None]]),
        f"sp_columns + {listed_as}": Rows(_COLUMNS_OF_SP_COLUMNS, described),
    }


def _size(kind: str) -> int:
    """What sp_columns says of the size; nothing of a type without end."""
    return 0 if kind in {"ntext", "nvarchar(max)"} else 20
