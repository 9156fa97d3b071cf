"""The public functions on lists of arrays: layouts, checks, results."""
