"""Benchmarks: how fast the product is, beside named peers. Nothing here is a test.

Each module is a command, ``python -m benchmarks.<module>``, but for the helpers problem, peers,
timing and serving. docs/benchmarks.md lists the commands with their figures.
"""
