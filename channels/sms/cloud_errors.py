"""What a provider's error codes mean and what to do: the shape of its table, and how a code is looked up in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from channels.errors import Busy, OutcomeUnknown, PayloadRejected, SendFailed
from channels.gates import Gates
from channels.sms.cloud_calls import until_midnight

A_MINUTE, AN_HOUR, A_DAY = 60.0, 3600.0, 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """``wait``: seconds until another try may help. ``midnight``: it is over when the day ends in China.

    ``everybody``: it concerns the account, not this number, template or text: every other call would fail as well.
    """

    error: type[SendFailed]
    wait: float | None = None
    midnight: bool = False
    everybody: bool = False

    def raised(self, code: str, *, now: datetime) -> SendFailed:
        """The error for ``code``; what the provider says with it may quote the number, so it is not kept."""
        wait = until_midnight(now) if self.midnight else self.wait
        return self.error(code, provider_code=code, retry_after=wait)


def looked_up(code: str, table: Mapping[str, Reaction], families: Mapping[str, Reaction]) -> Reaction:
    """The reaction to ``code``; else to the family that it belongs to by its beginning.

    A code of no family is ``PayloadRejected``: set aside where staff see it and may send it again. Repeating it
    unasked could cost money and the resident's patience.
    """
    known = table.get(code)
    if known is not None:
        return known
    family = max((name for name in families if code.startswith(name)), key=len, default="")
    return families.get(family, Reaction(error=PayloadRejected))


def teach(gates: Gates, api: str, failure: SendFailed | None, *, everybody: bool) -> None:
    """Let ``gates`` learn what became of a call: what concerns one number or one template shuts no gate."""
    says_nothing_of_us = failure is not None and not everybody and not isinstance(failure, Busy | OutcomeUnknown)
    gates.learn(api, None if says_nothing_of_us else failure)
