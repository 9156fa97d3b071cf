"""The panel in which people review what a run suggests."""
