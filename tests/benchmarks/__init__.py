"""Comparisons with what others use: ``python -m tests.benchmarks NAME``. One file each; ``store-ingest`` is ``store_ingest.py``."""
