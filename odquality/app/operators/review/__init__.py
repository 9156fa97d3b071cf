"""Operators for a review without the panel: for notebooks, scripts and agents."""
