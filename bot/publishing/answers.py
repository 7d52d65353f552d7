"""Published clarifications as approved answers: the bot says them word for word, while they stand in public."""

import re
from collections.abc import Sequence

from bot.clocks.calendar import SHANGHAI
from channels.base import Clock
from dialogs.faq.answers import CLARIFICATION, LONGEST_QUESTION
from storage.edits import Edit, EditAct, EditKind
from storage.publication_records import Publication, PublicationKind
from storage.publications import Publications

_ASKS = re.compile(
    r"[，,]?\s*(?:(?:这)?是不是真的|(?:这)?是真的吗|真的吗|真的假的|是否属实|属实吗|有没有这回事|有这回事吗|吗|么)?[？?。！!]*$"
)
_WAYS = ("{core}", "{core}是真的吗", "听说{core}", "网上说{core}", "是不是{core}")


class PublishedAnswers:
    """Fulfils ``bot.editing.layer.Also``."""

    def __init__(self, publications: Publications, clock: Clock) -> None:
        self._publications = publications
        self._clock = clock

    async def answers(self) -> Sequence[Edit]:
        """Those that stand in public now, each as an entry of the answers."""
        found = await self._publications.shown(PublicationKind.CLARIFICATION, self._clock())
        return [_entry(each) for each in found]


def _entry(publication: Publication) -> Edit:
    said, passed_at = publication.clarification, publication.approved_at or publication.created_at
    begins = min(said.day, passed_at.astimezone(SHANGHAI).date())
    key = f"notice-{publication.id}"
    content = {
        "id": key,
        "question": said.question,
        "variants": ways_to_ask(said.question),
        "answer": said.answer,
        "source": said.source,
        "valid_from": begins.isoformat(),
        "valid_to": said.until.isoformat() if said.until else None,
        "topic": CLARIFICATION,
    }
    return Edit(
        kind=EditKind.ANSWER,
        key=key,
        number=publication.version,
        act=EditAct.SET,
        content=content,
        author=publication.authors[0],
        made_at=passed_at,
    )


def ways_to_ask(question: str) -> list[str]:
    """How else people ask whether it is so."""
    core = _ASKS.sub("", question)
    asked = (way.format(core=core) for way in _WAYS)
    return [each for each in asked if core and each != question and len(each) <= LONGEST_QUESTION]
