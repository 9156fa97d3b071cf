"""Injects known errors into right labels, for the demo and for the benchmarks.

The calibrated method corrupts labels too, to learn from them what errors look like. It does so by
code and ranges of its own (`odquality.methods.calibrated.corruption`), and must: a method that is
measured on the errors it was taught would be measured by the likeness of the two, which says
nothing of the errors that people make. Neither may ever import the other.
"""
