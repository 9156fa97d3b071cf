"""The method that the dataset itself calibrates to its detector."""
