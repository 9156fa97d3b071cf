"""What is asked of the calibrated method, beside what it reaches now.

``python -m benchmarks.accuracy.floors`` is a short run for those who change the method. Each row
holds a figure against a floor, or a ceiling where less is better, and marks what falls short.
``--record`` writes the rankings of each kind to ``kinds.json``, against which later versions are
held: none may lose more than .01 AUROC or .03 average precision.
"""
