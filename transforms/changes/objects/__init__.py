"""What all rooms of the engine speak of: objects, their UIDs, parents, phases, partitions."""
