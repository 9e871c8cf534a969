"""openIMIS over ODBC: client, catalogue, dialects, what drivers say."""
