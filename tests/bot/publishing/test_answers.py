"""A published clarification is what the bot says when it is asked, word for word, and no longer than it stands."""

from datetime import UTC, date, datetime
from random import Random
from typing import Any

from bot.broadcasts.office import Doer
from bot.editing.layer import EditLayer
from bot.publishing.answers import PublishedAnswers, ways_to_ask
from bot.publishing.office import PublicationOffice
from bot.publishing.telling import Teller
from dialogs.build import build_manager
from dialogs.evaluating.city import OFFICE, CasesInMemory, FixedChance
from dialogs.evaluating.phone import Phone
from dialogs.files import DialogFiles
from storage.publication_records import Clarification
from storage.store import Store

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
RUMOUR = Clarification(
    question="自来水要停三天，是真的吗？",
    answer="不属实。东风东街只在11月24日夜间检修4小时，其他地方正常供水。",
    source="市水务局",
    day=date(2026, 11, 21),
    until=date(2026, 11, 30),
)


async def _kick(_ids: Any) -> bool:
    return True


async def asked(layer: EditLayer, text: str) -> str:
    await layer.bring()
    cases = CasesInMemory()
    manager = build_manager(cases, FixedChance(), office=OFFICE, variation=Random(0), files=layer.files)
    outcome = await Phone(manager=manager, cases=cases, first_contact=False, channel="wechat").says(text)
    return "\n".join(reply.text for reply in outcome.replies)


async def test_a_clarification_is_said_word_for_word_while_it_stands(database: Any, vault: Any) -> None:
    store, now = await Store.open(database, vault), [NOW]
    office = PublicationOffice(store=store, teller=Teller(store=store, channels={}), clock=lambda: now[0], kick=_kick)
    layer = EditLayer(store.edits, DialogFiles(), also=PublishedAnswers(store.publications, lambda: now[0]))
    try:
        draft = await office.write(RUMOUR, by=Doer(id="m1", name="孙丽"))
        await layer.bring()
        assert layer.files.answers == DialogFiles().answers  # what nobody approved changes nothing
        published = await office.approve(draft, by=Doer(id="m2", name="周涛"))
        for text in ("自来水要停三天是真的吗", "听说自来水要停三天", "是不是要停三天自来水？"):
            told = await asked(layer, text)
            assert f"{RUMOUR.answer}\n（市水务局，2026年11月21日发布）" in told, (text, told)
        now[0] = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
        assert RUMOUR.answer not in await asked(layer, "自来水要停三天是真的吗")
        now[0] = NOW
        await office.withdraw(published, reason="", by=Doer(id="m1", name="孙丽"))
        assert RUMOUR.answer not in await asked(layer, "自来水要停三天是真的吗")
    finally:
        layer.close()


def test_other_ways_to_ask_are_made_of_the_question() -> None:
    assert "自来水要停三天" in ways_to_ask("自来水要停三天，是真的吗？")
    assert "听说自来水要停三天" in ways_to_ask("自来水要停三天")
    assert ways_to_ask("是真的吗？") == []
