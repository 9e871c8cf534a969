"""What the flows do, in plain Python: callable and testable without Prefect."""
