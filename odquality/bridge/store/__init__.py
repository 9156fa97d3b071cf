"""What FiftyOne's public API does not do, or not fast or safely enough."""
