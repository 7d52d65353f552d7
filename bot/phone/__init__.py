"""A resident's phone in the terminal."""
