"""Everything at once on one machine: the parts as child processes, watched, started again, stopped in order."""
