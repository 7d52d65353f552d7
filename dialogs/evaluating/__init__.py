"""How well the bot does: scoring, and the conversations it is scored on. Nothing here is needed to serve."""
