"""The whole story on a real DHIS2: `make test-live`."""
