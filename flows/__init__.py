"""Act: Prefect, ODBC and HTTP."""
