"""From a snapshot to the changes that DHIS2 needs, as bundles."""
