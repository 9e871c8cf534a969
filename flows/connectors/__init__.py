"""The two ends, openIMIS and DHIS2: a Prefect block each, with a plain client inside."""
