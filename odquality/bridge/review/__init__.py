"""Reviewing what a run suggests: list, accept, dismiss, undo, export."""
