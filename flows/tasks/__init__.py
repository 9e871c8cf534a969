"""One module a step: read, one transform, write, say what happened."""
