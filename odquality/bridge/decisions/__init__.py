"""What reviewers decided, as it stands on the samples: nothing of it is a run's."""
