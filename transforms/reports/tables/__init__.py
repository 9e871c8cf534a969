"""Texts of the generated pages: data, not code."""
