"""The routes of follow-up visits, each with the permission it takes."""

from bot.access.permissions import Permission
from bot.console.aftercare.pages import AftercareParts, VisitPages
from bot.console.cases.once import all_once
from bot.console.routes import Feature, Route, Tab

__all__ = ["AftercareParts", "aftercare_feature"]


def aftercare_feature(parts: AftercareParts) -> Feature:
    """Follow-up visits, as a part of the console."""
    pages = VisitPages(parts)
    routes = (
        Route(method="GET", path="/visits", handler=pages.list, needs=Permission.VISIT),
        Route(method="POST", path="/cases/{number}/visit", handler=pages.record, needs=Permission.VISIT),
    )
    return Feature(
        routes=all_once(parts.cases.store, routes),
        tabs=(Tab(path="/visits", label="回访", needs=frozenset({Permission.VISIT}), order=30),),
    )
