"""What is said to somebody whose words wait in the spool."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from channels.messages import Address, Inbound, Kind, Outbound, Via

SENTENCE = "已收到您的话，系统正在恢复，稍后答复您。"
AGAIN_AFTER_S = 300.0
_PEOPLE = 10_000


class Reassurance:
    """Says it at most once in five minutes to each person; a repeat of the same message gets the same answer."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._said: OrderedDict[Address, tuple[str, float]] = OrderedDict()

    def about(self, messages: Sequence[Inbound]) -> Outbound | None:
        """The sentence for whoever wrote ``messages``; None where nothing is to be said."""
        spoken = [message for message in messages if message.kind is not Kind.EVENT]
        if not spoken:
            return None
        newest, now = spoken[-1], self._monotonic()
        message_id, said_at = self._said.get(newest.address, ("", -AGAIN_AFTER_S))
        if message_id != newest.message_id:
            if now - said_at < AGAIN_AFTER_S:
                return None
            self._said[newest.address] = (newest.message_id, now)
            self._said.move_to_end(newest.address)
            if len(self._said) > _PEOPLE:
                self._said.popitem(last=False)
        return Outbound(id="", address=newest.address, via=Via.PASSIVE, text=SENTENCE)
