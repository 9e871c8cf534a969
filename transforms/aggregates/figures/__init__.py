"""The figures: which there are, and their values, made of the register."""
