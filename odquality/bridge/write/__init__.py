"""From scores to the fields of samples, labels and predictions."""
