"""The routes of the rules for limits."""

from bot.access.permissions import Permission
from bot.console.routes import Feature, Route, Tab
from bot.console.rules.pages import RulePages, RuleParts

_RULES = Permission.RULES


def rules_feature(parts: RuleParts) -> Feature:
    """The rules for limits, as a part of the console."""
    pages = RulePages(parts)
    return Feature(
        routes=(
            Route(method="GET", path="/rules", handler=pages.list, needs=_RULES),
            Route(method="POST", path="/rules/preview", handler=pages.preview, needs=_RULES),
            Route(method="POST", path="/rules/save", handler=pages.save, needs=_RULES),
        ),
        tabs=(Tab(path="/rules", label="时限规则", needs=frozenset({_RULES}), order=70),),
    )
