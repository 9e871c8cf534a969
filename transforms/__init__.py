"""Think: frames in, frames out. No disk, network, clock, environment or Prefect."""
