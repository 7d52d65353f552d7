"""One person's phone: sends what they say to a manager and keeps the conversation, as the service would."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from channels.messages import Address, Event, EventName, Inbound, Kind, Link, Location, Media
from dialogs.evaluating.city import START, CasesInMemory
from dialogs.manager import Manager
from dialogs.outcome import Heard, Outcome, Person

ROOM_BY_SMS = 123
"""Two text messages, less a signature of six characters with its brackets and what a cut may cost."""
Sent = str | Mapping[str, Any]
"""A text, or ``{image: id, caption: text}``, ``{location: label}``, ``{tap: payload}``, ``{event: name key}`` (a scan
with ``place`` and ``district``)…"""


@dataclass(slots=True, kw_only=True)
class Phone:
    """What is decided is carried out on ``cases``: what is filed is there in the next turn."""

    manager: Manager
    cases: CasesInMemory
    channel: str = "wechat"
    first_contact: bool = True
    now: datetime = START
    state: Mapping[str, Any] | None = None
    count: int = 0
    sender: str = "o-resident"

    @property
    def address(self) -> Address:
        return Address(channel=self.channel, account="main", sender=self.sender)

    async def says(self, *sent: Sent) -> Outcome:
        """One turn: all of ``sent`` is heard together."""
        heard = [self.heard(one) for one in sent]
        person = Person(
            conversation_id=f"{self.channel}:main:p1",
            address=self.address,
            first_contact=self.first_contact,
            room=ROOM_BY_SMS if self.channel == "sms" else 0,
        )
        outcome = await self.manager.turn(self.state, heard, person, self.now)
        self.state = json.loads(json.dumps(outcome.state))
        self.cases.carry_out(outcome.effects)
        self.first_contact = False
        self.now += timedelta(minutes=1)
        return outcome

    def heard(self, sent: Sent) -> Heard:
        """The message as the store would keep it."""
        self.count += 1
        return Heard(id=f"m{self.count}", message=self._inbound({"text": sent} if isinstance(sent, str) else sent))

    def _inbound(  # noqa: PLR0911 - a table, one line a kind
        self, sent: Mapping[str, Any]
    ) -> Inbound:
        kind, value = next(iter(sent.items()))
        plain = Inbound(
            address=self.address, message_id=str(self.count), kind=Kind.TEXT, sent_at=self.now, received_at=self.now
        )
        match kind:
            case "text":
                return replace(plain, text=str(value))
            case "tap":
                return replace(plain, payload=str(value))
            case "location":
                return replace(
                    plain, kind=Kind.LOCATION, location=Location(latitude=36.7, longitude=119.1, label=str(value))
                )
            case "event":
                name, _, key = str(value).partition(" ")
                details = {part: str(sent[part]) for part in ("place", "district") if part in sent}
                return replace(plain, kind=Kind.EVENT, event=Event(name=EventName(name), key=key, details=details))
            case "link":
                return replace(plain, kind=Kind.LINK, link=Link(title="t", url="https://example.org"))
            case "image" | "voice" | "video" | "file":
                return replace(plain, kind=Kind(kind), media=Media(id=str(value)), text=str(sent.get("caption", "")))
            case _:
                return replace(plain, kind=Kind.UNKNOWN)
