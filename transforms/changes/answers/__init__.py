"""What DHIS2's answers make of acknowledged, and which rejects they give."""
