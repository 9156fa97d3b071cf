"""Summaries of a run, which the database counts."""
