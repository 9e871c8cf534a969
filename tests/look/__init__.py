"""The dashboards in DHIS2's own apps, seen in a browser."""
