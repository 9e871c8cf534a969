"""Where a server says with what it was filled."""

FILLED = "/api/dataStore/openimis-test-live/look"
"""insurees: how many of the sample; day: up to which."""
