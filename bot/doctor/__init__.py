"""``doctor``: what is wrong with this deployment, and how to mend it."""
