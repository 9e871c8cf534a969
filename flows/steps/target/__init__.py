"""Which DHIS2 it is, what it has, what it would take."""
