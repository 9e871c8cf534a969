"""DHIS2 over HTTP: client and metadata API."""
