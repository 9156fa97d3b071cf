"""Pictures of images with labels, predictions and suspected errors, from plain values."""
