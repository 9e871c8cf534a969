"""What all steps share: the files that a country gives."""
