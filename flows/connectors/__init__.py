"""The two ends, openIMIS and DHIS2: a plain client each."""
