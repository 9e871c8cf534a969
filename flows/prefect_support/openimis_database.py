"""The Prefect block that names an openIMIS database."""

from prefect.blocks.core import Block
from pydantic import ConfigDict, Field, SecretStr, model_validator

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.sql_dialect import DialectName
from flows.connectors.openimis.sql_dialects import SQL_DIALECTS


class OpenimisDatabase(Block):
    """Which openIMIS database is read; nothing that says where data comes from has a default."""

    model_config = ConfigDict(hide_input_in_errors=True)  # a secret must not stand in an error

    _block_type_name = "openIMIS database"
    _block_type_slug = "openimis-database"
    _description = "An openIMIS database, read over ODBC and never written to."

    dialect: DialectName = Field(description="Kind of database: postgresql, sqlserver or sqlite.")
    connection_string: SecretStr = Field(
        description=(
            "ODBC connection string, such as Driver={PostgreSQL Unicode};Server=…;Port=5432;"
            "Database=…;Uid=…;Pwd=…;SSLmode=require"
        )
    )
    is_a_copy: bool = Field(
        default=False,
        description=(
            "SQL Server without snapshot isolation: this is a restored backup or a database "
            "snapshot that nobody writes to. Each extract checks that nobody did."
        ),
    )

    @model_validator(mode="after")
    def _only_sql_server_needs_a_copy(self) -> "OpenimisDatabase":
        if self.is_a_copy and self.dialect != DialectName.SQLSERVER:
            raise ValueError(
                f"is_a_copy is for a SQL Server without snapshot isolation; {self.dialect} is "
                f"always read as of one moment. Leave it out."
            )
        return self

    def client(self) -> "Openimis":
        """Return a client of the database; it connects when it is used."""
        return Openimis(
            SQL_DIALECTS[self.dialect],
            self.connection_string.get_secret_value(),
            is_a_copy=self.is_a_copy,
        )
