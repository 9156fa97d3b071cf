"""Breaks runs off everywhere, for real, and states what must hold afterwards."""
