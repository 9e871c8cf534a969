"""What of the changes is sent: what is chosen, what waits for DHIS2, and the bundles."""
