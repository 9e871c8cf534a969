"""Error codes of `POST /api/dataValueSets`."""

DATA_VALUE_CODES: dict[str, str] = {
    "E7610": "The population data element is hidden from the user: give the user data capture.",
    "E7611": "DHIS2 takes the year for no period of the data set: look at its period type.",
    "E7612": "DHIS2 does not have the org unit, or hides it: push the org units, then import again.",
    "E7617": "The org unit is not below the user's: give the user the country's root.",
    "E7619": "DHIS2 accepts no such value of the data element: look at its value type.",
    "E7641": "The year lies further in the future than the data set is open for.",
    "E8031": "The org unit is not open in the year: leave out years before its opening date or after its closing date (2.43).",
    "E8022": "The data set is not assigned to the org unit: run set-up, then import again.",
}
"""Code to what to do."""
