"""What the platform's error codes mean and what to do: one table.

A code that is not here is ``PayloadRejected``: the message is set aside where staff see it and may send it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum, auto
from types import MappingProxyType

from channels.errors import (
    AccountBroken,
    Busy,
    DailyQuotaUsed,
    PayloadRejected,
    RecipientGone,
    SendFailed,
    WayShut,
)

CHINA = timezone(timedelta(hours=8))
API_REST = 3600.0
"""Seconds for which an API is left alone that this app may not use."""


class Until(Enum):
    """When a quota begins anew."""

    NEXT_HOUR = auto()
    MIDNIGHT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """``retry_after``: seconds, or when the quota begins anew; with ``WayShut`` the API is shut for everybody so long.

    ``vary``: the same words were said before; say them once more a little differently, then let it be.
    ``done``: it was taken; this counts as success.
    """

    error: type[SendFailed]
    retry_after: float | Until | None = None
    vary: bool = False
    done: bool = False


_BUSY = Reaction(error=Busy)
_BROKEN = Reaction(error=AccountBroken)
_GONE = Reaction(error=RecipientGone)
_SHUT = Reaction(error=WayShut)
_UNAUTHORISED = Reaction(error=WayShut, retry_after=API_REST)
_REJECTED = Reaction(error=PayloadRejected)
_SAME = Reaction(error=PayloadRejected, vary=True)
_HOUR = Reaction(error=DailyQuotaUsed, retry_after=Until.NEXT_HOUR)
_DAY = Reaction(error=DailyQuotaUsed, retry_after=Until.MIDNIGHT)

UNKNOWN = _REJECTED

TABLE: Mapping[int, Reaction] = MappingProxyType(
    {
        10001: _BUSY,  # system error
        10002: _BUSY,  # service unavailable
        10003: _BUSY,  # remote service error
        10009: _BUSY,  # too many pending tasks, system is busy
        10010: _BUSY,  # job expired
        10011: _BUSY,  # RPC error
        10004: _HOUR,  # the address may not, or too often
        10022: _HOUR,  # requests of the address out of rate limit
        10023: _DAY,  # requests of the user out of rate limit
        10024: _DAY,  # requests of the user for this API out of rate limit
        10005: _UNAUTHORISED,  # this resource needs an authorised app
        10014: _UNAUTHORISED,  # the app may not use this API
        21321: _UNAUTHORISED,  # the app is not reviewed yet
        10006: _BROKEN,  # source (appkey) is missing
        21301: _BROKEN,  # auth failed
        21314: _BROKEN,  # token used
        21315: _BROKEN,  # token expired
        21316: _BROKEN,  # token revoked
        21317: _BROKEN,  # token rejected
        21319: _BROKEN,  # the user withdrew the authorisation
        21327: _BROKEN,  # token expired
        21332: _BROKEN,  # access token invalid
        10007: _REJECTED,  # unsupported media type
        10008: _REJECTED,  # param error
        10012: _REJECTED,  # illegal request
        10016: _REJECTED,  # a required parameter is missing (rip)
        10017: _REJECTED,  # a parameter's value is invalid
        10018: _REJECTED,  # request body over limit
        20012: _REJECTED,  # longer than 140 characters
        20013: _REJECTED,  # longer than 300 characters
        20018: _REJECTED,  # illegal address
        20020: _REJECTED,  # advertising
        20021: _REJECTED,  # illegal content
        20101: _REJECTED,  # the post is gone
        20201: _REJECTED,  # the comment is gone
        21335: _REJECTED,  # uid must be the authorised user
        20016: Reaction(error=Busy, retry_after=60),  # too much in a short time
        20017: _SAME,  # similar content
        20019: _SAME,  # the same content
        20111: _SAME,  # the same content
        20032: Reaction(error=Busy, done=True),  # taken; it shows a little later
        20003: _GONE,  # no such user
        20301: _SHUT,  # they do not follow us
        20306: _SHUT,  # they take no private messages
    }
)


def reaction_to(code: int) -> Reaction:
    return TABLE.get(code, UNKNOWN)


def is_same(error: PayloadRejected) -> bool:
    """Whether it was refused because the same was said before."""
    return error.provider_code.isdigit() and reaction_to(int(error.provider_code)).vary


def error_for(code: int, detail: str, *, now: datetime) -> SendFailed:
    """The error to raise for ``code``. ``detail`` is for logs and must hold no personal data."""
    reaction = reaction_to(code)
    wait = reaction.retry_after
    seconds = _seconds_until(wait, now) if isinstance(wait, Until) else wait
    return reaction.error(detail, provider_code=str(code), retry_after=seconds)


def _seconds_until(until: Until, now: datetime) -> float:
    here = now.astimezone(CHINA)
    if until is Until.NEXT_HOUR:
        then = (here + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    else:
        then = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (then - here).total_seconds()
