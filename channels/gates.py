"""Gates that keep calls back which are known to fail: for one API, or for the whole account."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.base import Clock
from channels.errors import AccountBroken, Busy, DailyQuotaUsed, OutcomeUnknown, SendFailed, WayShut

_ACCOUNT = ""


@dataclass(slots=True)
class _Shut:
    error: SendFailed
    until: datetime


class Gates:
    """Remembers failures that concern more than one message; in this process only.

    When the time of a shut gate is over, one call passes as a probe and the others are kept back for another
    rest; what the platform says to the probe opens the gate or shuts it anew.
    """

    def __init__(self, clock: Clock, *, rest_seconds: float) -> None:
        self._clock = clock
        self._rest = timedelta(seconds=rest_seconds)
        self._shut: dict[str, _Shut] = {}

    def enter(self, api: str) -> None:
        """Let one call of ``api`` pass.

        Raises:
            SendFailed: as the platform refused the call that shut the gate.
        """
        now = self._clock()
        shuts = [self._shut[key] for key in (_ACCOUNT, api) if key in self._shut]
        for shut in shuts:
            if now < shut.until:
                raise _again(shut, now)
        for shut in shuts:
            shut.until = now + self._rest

    def learn(self, api: str, error: SendFailed | None) -> None:
        """What became of a call of ``api``; ``None``: it went well."""
        match error:
            case AccountBroken():
                self._close(_ACCOUNT, error, self._rest)
            case DailyQuotaUsed() | WayShut() if error.retry_after is not None:
                self._shut.pop(_ACCOUNT, None)
                self._close(api, error, timedelta(seconds=error.retry_after))
            case Busy() | OutcomeUnknown():
                pass  # says nothing of the account
            case _:
                self._shut.pop(_ACCOUNT, None)
                self._shut.pop(api, None)

    def _close(self, key: str, error: SendFailed, rest: timedelta) -> None:
        self._shut[key] = _Shut(error=error, until=self._clock() + rest)


def _again(shut: _Shut, now: datetime) -> SendFailed:
    return type(shut.error)(
        shut.error.detail,
        provider_code=shut.error.provider_code,
        retry_after=(shut.until - now).total_seconds(),
    )
