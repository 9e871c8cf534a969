"""How long a name may be in DHIS2."""

LONGEST_NAME, LONGEST_SHORT_NAME = 230, 50
"""Characters that DHIS2 accepts."""
