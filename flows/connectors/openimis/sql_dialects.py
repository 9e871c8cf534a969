"""The databases that an openIMIS can be read from, one `SqlDialect` each."""

from flows.connectors.openimis.postgresql import POSTGRESQL
from flows.connectors.openimis.sql_dialect import DialectName, SqlDialect
from flows.connectors.openimis.sql_server import SQLSERVER
from flows.connectors.openimis.sqlite import SQLITE

SQL_DIALECTS: dict[DialectName, SqlDialect] = {
    dialect.name: dialect for dialect in (POSTGRESQL, SQLSERVER, SQLITE)
}
