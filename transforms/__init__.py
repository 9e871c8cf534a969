"""Think: frames in, frames out. No disk, network, clock, environment or Prefect."""

VERSION = "0.1.0"
"""Of the package; pyproject.toml reads it from here."""
