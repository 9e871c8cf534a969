"""Figures of months and places as data values, by the steps that ship, on the stand-in."""
