"""What people bring in person, by letter or by telephone, and staff take down: the ways, and how they are reached."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.casework.announcing import PROGRESS
from channels.base import Channel, Clock
from channels.messages import Address
from channels.sms.numbers import NotANumber, canonical, is_mainland_mobile
from storage.store import Store

BY_HAND: Mapping[str, str] = MappingProxyType({"visit": "来访", "letter": "来信", "call": "来电"})
"""As the channel of a case's source; 信访工作条例 2022 §17, §21: they stand in the same register as the rest."""
_SMS = "sms"


class Texting:
    """The conversation by text of somebody who left a mobile number: it follows their case as any other does."""

    def __init__(self, *, store: Store, channels: Mapping[tuple[str, str], Channel], clock: Clock) -> None:
        self._store = store
        self._channels = channels
        self._clock = clock

    @property
    def possible(self) -> bool:
        """Whether an account of ours can text somebody who never wrote to it."""
        return self._account() is not None

    async def conversation(self, phone: str) -> str | None:
        """The id of the conversation, begun where there was none; None: no text reaches this number."""
        account, number = self._account(), mobile(phone)
        if account is None or not number:
            return None
        address = Address(channel=_SMS, account=account, sender=number)
        return (await self._store.conversations.ensure(address, now=self._clock())).id

    def _account(self) -> str | None:
        for (name, account), channel in self._channels.items():
            if name == _SMS and (channel.capabilities.free_text or PROGRESS in channel.capabilities.notices):
                return account
        return None


def mobile(phone: str) -> str:
    """``phone`` as texts are addressed; "" for what is no mobile number of the mainland."""
    try:
        number = canonical(phone)
    except NotANumber:
        return ""
    return number if is_mainland_mobile(number) else ""
