"""Learns from a reviewer: corrects probabilities, tells what is left, chooses what comes next.

Numbers in, numbers out: nothing here knows how a method came to its probabilities, nor where the
decisions are kept.
"""
