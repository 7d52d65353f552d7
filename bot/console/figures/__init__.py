"""The desk (工作台) and the figures (考核) in the console."""

from bot.console.figures.feature import figures_feature

__all__ = ["figures_feature"]
