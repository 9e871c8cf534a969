"""Tables of truth on DHIS2: data, not code."""
