"""Monthly figures for a DHIS2 that holds no person: what they are, and what is sent of them."""
