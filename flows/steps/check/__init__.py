"""Looks whether what has to be so is so."""
