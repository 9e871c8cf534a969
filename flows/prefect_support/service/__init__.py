"""Prefect's server and worker on this machine."""
