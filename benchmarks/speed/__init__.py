"""Speed and memory, beside the reference implementation and FiftyOne's own calls."""
