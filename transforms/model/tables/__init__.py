"""Tables of truth on what DHIS2 should hold: data, not code."""
