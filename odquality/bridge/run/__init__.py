"""One run of a method, from its settings to its report."""
