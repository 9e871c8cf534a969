"""What of the flows is Prefect: blocks, endings, waiting, stages as runs of their own, logs."""
