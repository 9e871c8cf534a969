"""What stops a run or holds back a part of it, and which permission lifts that."""
