"""微博播报: the post that tells of an answered case, made from its title and answer without a word on who filed it.

Nothing is published by itself: staff read the text, and publish exactly the one that they read (``Post.seal``). What
patterns cannot know (who else is named in an answer) is for the eyes of whoever approves it.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding.outgoing import outgoing
from channels.signs import whole_signs
from storage.cases import Case, CaseState, EntryKind, Filer, TimelineEntry

POST_LIMIT = 140
PUBLISHED = "微博播报："
"""How the note begins that says in the case's timeline that it was published."""
_HEAD = "【微博播报】"
_ELLIPSIS = "…"
_LONGEST_TITLE = 30
_LONGEST = 2_000
_WIDE = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
_NARROW = re.compile(r"(?<=[\u4e00-\u9fff”》）])[,;:?!]")
_TITLES = "先生|女士|同志|大爷|大妈|大姐|大哥|阿姨|师傅|老师|奶奶|爷爷|某某|某"


class NotForPublic(Exception):
    """The case must not be told of in public; ``sentence`` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """``seal``: names this very text, for whoever approves it."""

    text: str

    @property
    def seal(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:8]


def post_of(case: Case, timeline: Sequence[TimelineEntry], *, url: str) -> Post:
    """The post of ``case``; ``url`` stands at its end.

    Raises:
        NotForPublic: it is not answered in the open, or must stay within the office, or was published before.
    """
    answer = _answer(case, timeline)
    title = _shortened(_without_filer(case.title, case.filer), _LONGEST_TITLE)
    tail = f"（编号{case.number}）{url}"
    begun = f"{_HEAD}“{title}”一事已答复："
    room = POST_LIMIT - len(begun) - len(tail)
    if room <= len(_ELLIPSIS):
        raise NotForPublic(f"网址太长，正文放不下：最多 {POST_LIMIT} 字")
    return Post(text=begun + _shortened(_without_filer(answer, case.filer), room) + tail)


def _answer(case: Case, timeline: Sequence[TimelineEntry]) -> str:
    if case.accusation or case.confidential:
        raise NotForPublic("检举控告件和要求保密的件不能公开")
    if case.state not in {CaseState.ANSWERED, CaseState.CLOSED}:
        raise NotForPublic(f"还没有答复（现在是“{case.state.label}”），不能播报")
    if any(entry.kind is EntryKind.NOTED and entry.note.startswith(PUBLISHED) for entry in timeline):
        raise NotForPublic("这一件已经播报过")
    answered = [each for each in timeline if each.kind is EntryKind.MOVED and each.to_state is CaseState.ANSWERED]
    if not answered or not answered[-1].public or not answered[-1].note.strip():
        raise NotForPublic("答复只记在内部，或没有内容，不能播报")
    return answered[-1].note


def _without_filer(text: str, filer: Filer) -> str:
    """``text`` without whoever filed it or is meant by it, and without what looks like anybody's number or house."""
    for known in (filer.name, filer.on_behalf_of, filer.address, filer.phone, filer.id_number):
        if len(known.strip()) > 1:
            text = text.replace(known.strip(), "某某")
    for name in (filer.name, filer.on_behalf_of):
        if name.strip():
            # 王女士, 王某: the surname alone
            text = re.sub(rf"{re.escape(name.strip()[0])}(?=(?:{_TITLES}))", "某", text)
    masked = re.sub(r"\s+", " ", outgoing(text, _LONGEST)).replace("#", "").strip()
    return _NARROW.sub(lambda found: _WIDE[found[0]], masked)  # the masking narrows what is written wide


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: whole_signs(text, most - len(_ELLIPSIS))].rstrip("，、 ") + _ELLIPSIS
