"""openIMIS's places beside the org units that DHIS2 has already."""
