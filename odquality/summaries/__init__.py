"""What a summary holds, whether it is of arrays or of a run; print any of it."""
