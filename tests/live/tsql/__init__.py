"""openIMIS on a T-SQL engine that somebody has: `OPENIMIS_TSQL=… make test-tsql`."""
