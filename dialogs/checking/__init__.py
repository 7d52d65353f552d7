"""``check dialogs``: what editors of the dialog files would want to be told before a resident meets it."""
