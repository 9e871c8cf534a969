"""Desired against acknowledged: what has to be created, changed, moved or deleted."""
