"""Bring a DHIS2 to where it can take the data."""
