"""From bundles to what DHIS2 has confirmed."""
