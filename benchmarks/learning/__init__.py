"""How fast the calibrated method learns from a reviewer, by simulated reviews."""
