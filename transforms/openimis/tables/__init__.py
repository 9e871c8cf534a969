"""Tables of truth on openIMIS: data, not code."""
