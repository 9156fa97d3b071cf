"""A run: the two around a method."""
