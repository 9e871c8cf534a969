"""What all steps share: the files that a country gives, and what a run and a target have."""
