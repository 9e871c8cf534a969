"""The story of a ministry's tree on a real, empty, disposable DHIS2: `__main__.py` tells it."""
