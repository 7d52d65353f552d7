"""Clocks and lights: limits in four units over the official calendar, with pauses, extensions and warnings."""
