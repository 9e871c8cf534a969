"""Tables of truth: what a match rests on, and what stands against it."""
