"""DHIS2's analytics tables: built, and counted."""
