"""The routes of the counter."""

from bot.access.permissions import Permission
from bot.console.counter.pages import CounterPages
from bot.console.counter.parts import CounterParts
from bot.console.routes import Feature, Route, Tab

# Whoever works on accusations alone takes down accusations alone.
_TAKES = frozenset({Permission.INTAKE, Permission.ACCUSATIONS})


def counter_feature(parts: CounterParts) -> Feature:
    """The counter, as a part of the console."""
    pages = CounterPages(parts)
    return Feature(
        routes=(
            Route(method="GET", path="/counter", handler=pages.form, needs=None, any_of=_TAKES),
            Route(method="POST", path="/counter", handler=pages.file, needs=None, any_of=_TAKES),
            Route(method="GET", path="/counter/receipt", handler=pages.receipt, needs=None, any_of=_TAKES),
        ),
        tabs=(Tab(path="/counter", label="登记", needs=_TAKES, order=18),),
    )
