"""Answers and wording edited by staff over the files: written by one, passed by another, live at once."""
