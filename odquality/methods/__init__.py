"""The scoring methods, side by side behind one interface."""
