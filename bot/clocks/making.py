"""Clocks over the parts of a process."""

from bot.clocks.alarms import Alarms
from bot.clocks.calendar import WorkCalendar
from bot.services import Services


def make_alarms(services: Services) -> Alarms:
    """What a worker runs."""
    return Alarms(
        store=services.store,
        channels=services.channels,
        clock=services.clock,
        calendar=WorkCalendar(),
        kick=services.queue.kick,
    )
