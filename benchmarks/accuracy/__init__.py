"""How well label errors are found: odquality, its peers and simple baselines on the same data.

``python -m benchmarks.accuracy`` runs everything and writes ``accuracy.md`` and ``accuracy.json``
to ``benchmarks/results``. With any other option it only prints, unless ``--output`` names another
folder: ``--quick`` takes one seed and leaves out what is slow, FiftyOne Brain and
the oracle; ``--help`` lists the rest.
"""
