"""The routes of the desk and the figures."""

from bot.access.permissions import Permission
from bot.console.figures.pages import FigurePages
from bot.console.routes import Feature, Route, Tab
from channels.base import Clock
from storage.figures import Figures
from storage.store import Store

_CASES, _FIGURES = Permission.CASES, Permission.FIGURES


def figures_feature(*, store: Store, figures: Figures, clock: Clock) -> Feature:
    """The desk, and the figures, as a part of the console."""
    pages = FigurePages(store=store, figures=figures, clock=clock)
    return Feature(
        routes=(
            Route(method="GET", path="/desk", handler=pages.desk, needs=_CASES),
            Route(method="POST", path="/desk/seen", handler=pages.seen, needs=_CASES),
            Route(method="GET", path="/figures", handler=pages.figures, needs=_FIGURES),
            Route(method="GET", path="/figures/export", handler=pages.export, needs=_FIGURES),
        ),
        tabs=(
            Tab(path="/desk", label="工作台", needs=frozenset({_CASES}), order=10),
            Tab(path="/figures", label="统计", needs=frozenset({_FIGURES}), order=60),
        ),
    )
