"""Pictures of the samples of a run."""
