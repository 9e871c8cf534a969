"""What DHIS2 says: reports, codes, versions, metadata, objects that are read back."""
