"""The staff console: pages made on the server, quick, and usable without script.

``routes`` says what a page is and who may open it; ``app`` puts the pages together; each feature is a folder or a
module with a function that gives its routes.
"""

from bot.console.app import make_console

__all__ = ["make_console"]
