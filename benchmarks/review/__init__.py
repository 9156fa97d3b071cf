"""What a review in FiftyOne buys, by a simulated reviewer, and how fast it answers."""
