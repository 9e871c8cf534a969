"""What is written down of figures in DHIS2."""
