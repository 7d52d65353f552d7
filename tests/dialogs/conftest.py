"""A bot on the real engine, with the city's cases in memory and one person who talks to it."""

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from channels.messages import Address
from dialogs.build import build_manager
from dialogs.evaluating.city import OFFICE, START, CasesInMemory, FixedChance, view
from dialogs.evaluating.phone import Phone
from dialogs.manager import Manager
from dialogs.outcome import AddToCase, Outcome, RateCase

ADDRESS = Address(channel="wechat", account="main", sender="o-resident")


class Resident(Phone):
    """Talks, and has what was decided carried out; what is added to or rated is one of their own cases."""

    def __init__(
        self, *, first_contact: bool = True, manager: Manager | None = None, channel: str = "wechat", sender: str = ""
    ) -> None:
        cases = CasesInMemory()
        manager = manager or build_manager(cases, FixedChance(), office=OFFICE, variation=Random(0))
        super().__init__(manager=manager, cases=cases, first_contact=first_contact, channel=channel)
        self.sender = sender or self.sender

    async def says(self, *sent: str | Mapping[str, Any]) -> Outcome:
        outcome = await Phone.says(self, *sent)
        for effect in outcome.effects:
            assert not isinstance(effect, AddToCase | RateCase) or effect.number in {c.number for c in self.cases.own}
        return outcome


def spoken(outcome: Outcome) -> str:
    return "\n".join(reply.text for reply in outcome.replies)


@pytest.fixture
def resident() -> Resident:
    return Resident()


@pytest.fixture
def helpers() -> dict[str, Any]:
    """What tests need of this module; importlib mode gives it no name of its own."""
    return {"case": view, "spoken": spoken, "Resident": Resident, "start": START, "address": ADDRESS}
