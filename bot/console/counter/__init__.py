"""The counter: what people bring in person, by letter or by telephone is taken down here."""

from bot.console.counter.feature import counter_feature
from bot.console.counter.parts import CounterParts

__all__ = ["CounterParts", "counter_feature"]
