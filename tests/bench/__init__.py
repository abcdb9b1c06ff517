"""Benchmarks: each prints what it measured beside the limit."""
