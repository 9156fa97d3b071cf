"""Folds: parts of a dataset, so that a detector predicts on images that it has not learnt from."""
