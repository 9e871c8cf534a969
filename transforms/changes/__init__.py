"""The engine: the delta, what of it may be posted, what is acknowledged after it."""
