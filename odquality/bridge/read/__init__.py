"""From a dataset or view to flat arrays."""
