"""The join of what is new with all that is known: keys, candidates and exact comparison, by way of the disk."""
