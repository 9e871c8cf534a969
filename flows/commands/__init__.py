"""Sub-commands of `openimis-dhis2` that run a flow."""
