"""Measuring the service: ``python -m benchmarks`` (see README.md here)."""
