"""What DHIS2 should hold of people, policies, claims and places."""
