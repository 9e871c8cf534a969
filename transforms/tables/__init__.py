"""The tables of truth: data, not code."""
