"""What all rooms share: errors, UIDs, texts, and the words that the tables of truth use."""
