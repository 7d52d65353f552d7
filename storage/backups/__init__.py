"""Backups of the whole store: a file of one instant, and the way back from it (docs/decisions/0036)."""
