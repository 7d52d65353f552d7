"""Broadcasts over the parts of a process."""

from bot.broadcasts.lane import Limits
from bot.broadcasts.office import BroadcastOffice
from bot.broadcasts.pace import Rates
from bot.broadcasts.runs import BroadcastRuns, RunParts
from bot.broadcasts.sending import Posting
from bot.broadcasts.words import SMS, WECHAT
from bot.delivery.backoff import Backoff
from bot.delivery.quiet import QuietHours
from bot.services import Services
from bot.settings_broadcasts import Broadcasts

_TRIES = Backoff(first_seconds=5, longest_seconds=600, tries=8)
"""A notice to many is of the day: after half an hour or so a recipient is given up."""


def make_office(services: Services) -> BroadcastOffice:
    """What staff and the API work with."""
    topics = services.settings.broadcasts.topics
    return BroadcastOffice(store=services.store, channels=services.channels, clock=services.clock, topics=topics)


def make_runs(services: Services) -> BroadcastRuns:
    """What a worker runs."""
    notices, wanted = services.settings.notices, services.settings.broadcasts
    posting = Posting(
        store=services.store,
        channels=services.channels,
        clock=services.clock,
        metrics=services.metrics,
        backoff=_TRIES,
    )
    return BroadcastRuns(
        RunParts(
            store=services.store,
            channels=services.channels,
            posting=posting,
            clock=services.clock,
            quiet=QuietHours(span=notices.quiet_span(), broadcasts=notices.broadcast_quiet_span()),
            rates=rates_of(wanted),
            limits=Limits(error_percent=wanted.error_percent),
        )
    )


def rates_of(wanted: Broadcasts) -> Rates:
    return Rates(
        per_second={SMS: wanted.sms_per_second, WECHAT: wanted.wechat_per_second},
        per_day={SMS: wanted.sms_per_day, WECHAT: wanted.wechat_per_day},
        at_once=wanted.at_once,
    )
