"""DHIS2 read back: what was changed there by hand is found, and mended by the next sync."""
