"""Figures of this project beside those of its peers, measured in one run."""
