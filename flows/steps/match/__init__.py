"""Match openIMIS's places with the org units that DHIS2 has."""
