"""Clocks over the parts of a process."""

from bot.clocks.alarms import Alarms
from bot.clocks.applying import RuleApplier
from bot.clocks.clockwork import ClockSetter
from bot.clocks.rulebook import RuleBook
from bot.services import Services
from storage.leases import Leases
from storage.store import Store


def make_alarms(services: Services) -> Alarms:
    """What a worker runs."""
    return Alarms(
        store=services.store,
        channels=services.channels,
        clock=services.clock,
        calendar=setter_of(services.store).calendar,
        kick=services.queue.kick,
    )


def make_applier(services: Services) -> RuleApplier:
    """What a worker runs."""
    store = services.store
    return RuleApplier(
        store=store, setter=setter_of(store), book=book_of(store), clock=services.clock, leases=Leases(store.database)
    )


def setter_of(store: Store) -> ClockSetter:
    """What sets the clocks of the store's cases.

    Raises:
        TypeError: the store was opened without the office's clocks.
    """
    if not isinstance(store.cases.clockwork, ClockSetter):
        raise TypeError(type(store.cases.clockwork).__name__)
    return store.cases.clockwork


def book_of(store: Store) -> RuleBook:
    """The rules that the store's cases go by.

    Raises:
        TypeError: the store was opened without them.
    """
    rules = setter_of(store).rules
    if not isinstance(rules, RuleBook):
        raise TypeError(type(rules).__name__)
    return rules
