"""The engine: what DHIS2 has still to hear, what may be posted, what is known after it."""
