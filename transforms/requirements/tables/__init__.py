"""Tables of truth: the requirements."""
