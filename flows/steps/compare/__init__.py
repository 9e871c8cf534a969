"""From a snapshot to what DHIS2 has still to hear, as bundles."""
