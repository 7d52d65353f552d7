"""What the platform's error codes mean and what to do: one table, from its documentation and years of reports.

A code that is not here is ``PayloadRejected``: the message is set aside where staff see it and may send it again.
Repeating it unasked could use up a quota of the whole account for one message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from channels.wechat.templates import CHINA

API_REST = 600.0
"""Seconds for which an API is left alone that this account may not use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """``renew_token``: the access token is dead; renew it and repeat the call once, then it is ``error``.

    ``retry_after``: seconds; with ``WayShut`` it says that the API is shut for everybody, so long.
    ``done``: it was sent before; this counts as success.
    """

    error: type[SendFailed]
    renew_token: bool = False
    retry_after: float | None = None
    done: bool = False


_TOKEN = Reaction(error=AccountBroken, renew_token=True)
_BUSY = Reaction(error=Busy)
_BROKEN = Reaction(error=AccountBroken)
_GONE = Reaction(error=RecipientGone)
_SHUT = Reaction(error=WayShut)
_UNAUTHORISED = Reaction(error=WayShut, retry_after=API_REST)
_REJECTED = Reaction(error=PayloadRejected)

UNKNOWN = _REJECTED

TABLE: Mapping[int, Reaction] = MappingProxyType(
    {
        -1: _BUSY,  # system busy
        45011: _BUSY,  # too fast this minute
        48006: _BUSY,  # clearing of quotas used up
        40001: _TOKEN,  # invalid credential
        40014: _TOKEN,  # invalid access_token
        41001: _TOKEN,  # access_token missing
        42001: _TOKEN,  # access_token expired
        40013: _BROKEN,  # invalid appid
        40125: _BROKEN,  # invalid appsecret
        40164: _BROKEN,  # our address is not in the allow list
        40243: _BROKEN,  # appsecret frozen
        41002: _BROKEN,  # appid missing
        41004: _BROKEN,  # appsecret missing
        89503: _BROKEN,  # this address waits for the administrator's word
        89506: _BROKEN,  # refused by the administrator, twice
        89507: _BROKEN,  # refused by the administrator
        42007: _BROKEN,  # the administrator withdrew the authorisation
        61023: _BROKEN,  # refresh_token invalid
        48004: _BROKEN,  # API banned
        50002: _BROKEN,  # account limited
        45009: Reaction(error=DailyQuotaUsed),  # until midnight in China
        45028: _UNAUTHORISED,  # mass messages of this month used up
        40130: _SHUT,  # mass message: fewer than two people
        45015: _SHUT,  # outside the window, or not a follower
        45047: _SHUT,  # messages of this interaction used up
        43101: _SHUT,  # no consent to this subscribe message
        40037: _UNAUTHORISED,  # no such template in this account: each notice by it would fail
        40200: _UNAUTHORISED,  # not with this type of account
        48001: _UNAUTHORISED,  # API not authorised
        48008: _UNAUTHORISED,  # not for this type of message
        43004: _GONE,  # not a follower
        50005: _GONE,  # not a follower
        43019: _GONE,  # on the black list
        48002: _GONE,  # refuses messages
        40003: _GONE,  # invalid openid
        46004: _GONE,  # no such user
        47001: _REJECTED,  # no JSON
        47003: _REJECTED,  # template arguments
        40032: _REJECTED,  # tags: more than 50 people in a call
        45056: _REJECTED,  # tags: there are 100
        45057: _REJECTED,  # tags: more than 100,000 people have it
        45058: _REJECTED,  # tags: the platform's own, or none
        45059: _REJECTED,  # tags: somebody has 20
        45157: _REJECTED,  # tags: the name exists
        45158: _REJECTED,  # tags: the name is too long
        45159: _REJECTED,  # tags: no such tag
        49003: _GONE,  # the openid is another account's
        45065: Reaction(error=PayloadRejected, done=True),  # clientmsgid exists: sent before
        45066: Reaction(error=Busy, retry_after=60),  # the same clientmsgid too soon
        **dict.fromkeys(range(40004, 40013), _REJECTED),  # media: type, size, id
        **dict.fromkeys(range(44001, 44005), _REJECTED),  # empty: media, post, articles, text
        **dict.fromkeys(range(45001, 45009), _REJECTED),  # too large or too long
    }
)


def reaction_to(code: int) -> Reaction:
    return TABLE.get(code, UNKNOWN)


def error_for(code: int, detail: str, *, now: datetime) -> SendFailed:
    """The error to raise for ``code``. ``detail`` is for logs and must hold no personal data."""
    reaction = reaction_to(code)
    wait = _until_midnight(now) if reaction.error is DailyQuotaUsed else reaction.retry_after
    return reaction.error(detail, provider_code=str(code), retry_after=wait)


def _until_midnight(now: datetime) -> float:
    here = now.astimezone(CHINA)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - here).total_seconds()
