"""Engines that compute a run on many machines."""
