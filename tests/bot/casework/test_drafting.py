"""Machine-drafted summaries: for staff alone, marked, once, and never of an accusation."""

import asyncio
from functools import partial

import pytest

from bot.casework.casebook import Casebook
from bot.casework.drafting import MARK, Drafter

LONG = "奎文区东风东街某小区的路灯坏了一个多月，晚上太黑，老人孩子出门不便，多次找物业和供电公司都说不归自己管，希望尽快派人来修好。"


class Says:
    """An assistant; ``answer`` None: it is away."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    async def summarise(self, title, content):
        self.asked.append((title, content))
        return self.answer


@pytest.fixture
def says():
    return Says("<b>路灯坏了一个多月</b>，要求维修。")


@pytest.fixture
def drafter(office, says):
    return Drafter(store=office.store, assistant=says, clock=office.clock)


async def notes(office, number):
    return [entry for entry in await office.store.cases.timeline(number) if entry.note.startswith(MARK)]


async def test_a_new_case_gets_one_marked_note_that_only_staff_see(office, drafter, says):
    conversation = await office.resident()
    case = await office.filed(conversation, content=LONG)
    before = len(await office.notices(case.number))
    for _ in range(3):
        await drafter.draft_due()
    (note,) = await notes(office, case.number)
    assert (note.public, note.note) == (False, f"{MARK}\n{says.answer}")
    assert len(says.asked) == 1
    assert len(await office.notices(case.number)) == before
    casebook = Casebook(store=office.store, clock=office.clock)
    view = await casebook.find(number=case.number, code=None, conversation_id=conversation.id)
    assert MARK not in str([step.note for step in view.steps])


async def test_many_workers_draft_once(office, says):
    case = await office.filed(await office.resident(), content=LONG)
    workers = [Drafter(store=office.store, assistant=says, clock=office.clock) for _ in range(4)]
    await asyncio.gather(*(worker.draft_due() for worker in workers))
    assert len(await notes(office, case.number)) == 1


@pytest.mark.parametrize("kind", ["accusation", "confidential"])
async def test_an_accusation_and_what_is_confidential_are_never_sent(office, drafter, says, kind):
    await office.filed(await office.resident(), content=LONG, **{kind: True})
    await drafter.draft_due()
    assert says.asked == []


async def test_no_accusation_is_sent_even_where_the_store_lists_it(office, drafter, says, monkeypatch):
    await office.filed(await office.resident(), content=LONG, accusation=True)
    monkeypatch.setattr(office.store.cases, "list", partial(office.store.cases.list, include_accusations=True))
    await drafter.draft_due()
    assert says.asked == []


async def test_a_short_petition_needs_no_summary(office, drafter, says):
    await office.filed(await office.resident())
    await drafter.draft_due()
    assert says.asked == []


async def test_one_that_is_away_is_asked_twice_and_then_left(office):
    away = Says(None)
    case = await office.filed(await office.resident(), content=LONG)
    drafter = Drafter(store=office.store, assistant=away, clock=office.clock)
    for _ in range(4):
        await drafter.draft_due()
    assert (len(away.asked), await notes(office, case.number)) == (2, [])
