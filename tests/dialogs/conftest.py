"""A bot on the real engine, with the city's cases in memory and one person who talks to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from channels.messages import Address, Event, EventName, Inbound, Kind, Link, Location, Media
from dialogs.actions import Office
from dialogs.build import build_manager
from dialogs.outcome import AddToCase, FileCase, Heard, Outcome, Person, RateCase, WithdrawCase
from dialogs.ports import CaseStep, CaseView, TooManyTries

OFFICE = Office(name="某市信访局", hotline="12345")
START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
ADDRESS = Address(channel="wechat", account="main", sender="o-resident")


class CasesInMemory:
    """Fulfils ``ports.Cases``: ``own`` are the person's, ``others`` need their code."""

    def __init__(self) -> None:
        self.own: list[CaseView] = []
        self.others: dict[str, tuple[str, CaseView]] = {}
        self.drawn: dict[str, str] = {}
        self.slow = False
        self.away: Exception | None = None

    async def mine(self, conversation_id: str) -> Sequence[CaseView]:
        if self.away:
            raise self.away
        return list(reversed(self.own))

    async def find(self, *, number: str, code: str | None, conversation_id: str) -> CaseView | None:
        if self.slow:
            raise TooManyTries(120)
        for case in self.own:
            if case.number == number:
                return case
        right, case = self.others.get(number, ("", None))
        return case if case and code == right else None

    async def draw_number(self, *, message_id: str, at: datetime) -> str:
        if self.away:
            raise self.away
        return self.drawn.setdefault(message_id, f"WF2611210{len(self.drawn) + 1:04d}7")


class FixedChance:
    def query_code(self) -> str:
        return "384756"


def case(
    number: str,
    title: str,
    state: str = "in_progress",
    label: str = "办理中",
    *,
    is_open: bool = True,
    days_ago: int = 0,
    note: str = "",
) -> CaseView:
    at = START - timedelta(days=days_ago)
    step = CaseStep(at=at, label=label, note=note)
    return CaseView(
        number=number, state=state, label=label, open=is_open, full=True, filed_at=at, title=title, steps=(step,)
    )


class Resident:
    """Talks, and has what was decided carried out: filed cases are there in the next turn."""

    def __init__(self, *, first_contact: bool = True) -> None:
        self.cases = CasesInMemory()
        self.manager = build_manager(self.cases, FixedChance(), office=OFFICE, variation=Random(0))
        self.state: Mapping[str, Any] | None = None
        self.now = START
        self._first = first_contact
        self._count = 0

    async def says(self, *sent: str | Mapping[str, Any]) -> Outcome:
        heard = [self.heard(one) for one in sent]
        person = Person(conversation_id="wechat:main:p1", address=ADDRESS, first_contact=self._first)
        outcome = await self.manager.turn(self.state, heard, person, self.now)
        self.state = json.loads(json.dumps(outcome.state))
        self.now += timedelta(minutes=1)
        self._first = False
        self._carry_out(outcome)
        return outcome

    def heard(self, sent: str | Mapping[str, Any]) -> Heard:
        self._count += 1
        return Heard(id=f"m{self._count}", message=self._inbound({"text": sent} if isinstance(sent, str) else sent))

    def _inbound(  # noqa: PLR0911 - a table, one line a kind
        self, sent: Mapping[str, Any]
    ) -> Inbound:
        kind, value = next(iter(sent.items()))
        plain = Inbound(
            address=ADDRESS, message_id=str(self._count), kind=Kind.TEXT, sent_at=self.now, received_at=self.now
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
                return replace(plain, kind=Kind.EVENT, event=Event(name=EventName(name), key=key))
            case "link":
                return replace(plain, kind=Kind.LINK, link=Link(title="t", url="https://example.org"))
            case "image" | "voice" | "video" | "file":
                return replace(plain, kind=Kind(kind), media=Media(id=str(value)))
            case _:
                return replace(plain, kind=Kind.UNKNOWN)

    def _carry_out(self, outcome: Outcome) -> None:
        for effect in outcome.effects:
            if isinstance(effect, FileCase):
                self.cases.own.append(case(effect.number, effect.title, "submitted", "待受理"))
            if isinstance(effect, WithdrawCase):
                self.cases.own = [
                    replace(c, open=False, state="withdrawn", label="已撤回") if c.number == effect.number else c
                    for c in self.cases.own
                ]
            assert not isinstance(effect, AddToCase | RateCase) or effect.number in {c.number for c in self.cases.own}


def spoken(outcome: Outcome) -> str:
    return "\n".join(reply.text for reply in outcome.replies)


@pytest.fixture
def resident() -> Resident:
    return Resident()


@pytest.fixture
def helpers() -> dict[str, Any]:
    """What tests need of this module; importlib mode gives it no name of its own."""
    return {"case": case, "spoken": spoken, "Resident": Resident, "start": START, "address": ADDRESS}
