"""From openIMIS to a snapshot."""
