"""The panel beside an open image."""
