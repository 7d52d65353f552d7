"""Turns: what a person said is heard once, in order, under their lease, and answered in one atomic change."""
