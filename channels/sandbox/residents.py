"""The people behind the phones: who follows, and what may be sent to them unasked."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

_TYPING_SHOWN = timedelta(seconds=15)


class Action(StrEnum):
    """What a person does that lets the account write to them."""

    MESSAGE = "message"
    MENU_CLICK = "menu_click"
    SUBSCRIBE = "subscribe"
    SCAN = "scan"


GRANTS = {
    Action.MESSAGE: (5, timedelta(hours=48)),
    Action.MENU_CLICK: (3, timedelta(minutes=1)),
    Action.SUBSCRIBE: (3, timedelta(minutes=1)),
    Action.SCAN: (3, timedelta(minutes=1)),
}
"""Customer-service messages per action, and for how long."""


class Verdict(StrEnum):
    ALLOWED = "allowed"
    USED = "used"
    SHUT = "shut"


@dataclass(slots=True)
class _Grant:
    left: int
    until: datetime


class Ledger:
    """Counts the customer-service messages of one person. A newer action of a kind renews that kind's grant;
    what is sent is charged to the open grant that ends first.
    """

    def __init__(self) -> None:
        self._grants: dict[Action, _Grant] = {}

    def grant(self, action: Action, now: datetime) -> None:
        messages, span = GRANTS[action]
        self._grants[action] = _Grant(messages, now + span)

    def spend(self, now: datetime) -> Verdict:
        window = sorted((g for g in self._grants.values() if g.until > now), key=lambda g: g.until)
        for grant in window:
            if grant.left > 0:
                grant.left -= 1
                return Verdict.ALLOWED
        return Verdict.USED if window else Verdict.SHUT

    def close(self) -> None:
        self._grants.clear()

    def report(self, now: datetime) -> dict[str, object]:
        """What is left, for the control API."""
        return {
            str(action): {"left": grant.left, "until": grant.until.isoformat()}
            for action, grant in self._grants.items()
            if grant.until > now
        }


@dataclass(slots=True, kw_only=True)
class Resident:
    """One phone. ``consents`` counts subscribe notices allowed per template (``None``: without end).

    ``notices`` remembers ``client_msg_id``s, so that a repeated template message is shown once. ``masses``: the year
    and month of each mass message that was shown.
    """

    id: str
    name: str
    openid: str
    followed: bool = True
    blocks: bool = False
    followed_at: datetime
    ledger: Ledger = field(default_factory=Ledger)
    last_message_at: datetime | None = None
    typing_since: datetime | None = None
    consents: dict[str, int | None] = field(default_factory=dict)
    tags: set[int] = field(default_factory=set)
    notices: deque[tuple[str, int, datetime]] = field(default_factory=lambda: deque(maxlen=100))
    masses: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=100))

    def typing(self, now: datetime) -> bool:
        return self.typing_since is not None and now - self.typing_since < _TYPING_SHOWN

    def acts(self, action: Action, now: datetime) -> None:
        self.ledger.grant(action, now)
        self.last_message_at = now

    def leave(self) -> None:
        self.followed = False
        self.typing_since = None
        self.ledger.close()
        self.consents.clear()
        self.tags.clear()

    def take_consent(self, template_id: str) -> bool:
        """Use up one consent for this template; False where there is none."""
        if template_id not in self.consents:
            return False
        left = self.consents[template_id]
        if left == 1:
            del self.consents[template_id]
        elif left is not None:
            self.consents[template_id] = left - 1
        return True
