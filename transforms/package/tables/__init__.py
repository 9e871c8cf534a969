"""Tables of truth on the package: data, not code."""
