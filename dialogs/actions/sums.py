"""A sum that is put right: which of those that stand there it takes the place of; asked where several may be meant."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dialogs.actions.changed import replace
from dialogs.actions.changes import Heard
from dialogs.actions.draft import Draft
from dialogs.actions.righting import changed_in
from dialogs.nlu.amending import in_plain_words, to_the_point
from dialogs.nlu.amounts import Amount, find_amounts
from dialogs.nlu.contrast import right_alone

_OF_THE_AMOUNT = re.compile(
    r"^(?:还有|另外|那个|这个)*(?:钱数?|金额|数字|数目?|价钱|价格|费用|数额)"
    r"(?:也|都|还|写|填|说|记|搞)*(?:不对|错了|有误)[，, ]*(?:应该)?是?"
)
_LEAD = re.compile(r"^(?:数额?|金额|钱数?|数字|价格?|一共|总共|应该|其实|实际上?|改成|是|为|共|：|:)+")
_AMOUNT = re.compile(
    r"(?P<verb>[\u3400-\u9fff]{0,4}?)(?:了|是|我们?|的是)?(?P<number>\d[\d,]*(?:\.\d+)?|[一二两三四五六七八九十百千万零]{2,9})"
    r"(?P<unit>[万千百]?(?:块钱|多块|块|元钱|元)?)(?:钱)?(?:啊|呀|哈|吧|嘛|哦|噻|才对|[。！!])*"
)
_MONEY = re.compile(r"(?:块钱|多块|块|元钱|元)$")
_OF_MONEY = re.compile(r"[罚收交付欠赔扣花退给补借贷骗押费金钱价薪资款]$")
_LARGE = re.compile(r"[百千万]|^\d{4,}$")
"""一万八千五: what is so large is no house and no day."""
_MOST_SUMS = 6
_SUM_CHOSEN = re.compile(r"sum:(?P<at>\d):(?P<new>.{1,20})")
_NEAR = 4
_BREAK = re.compile(r"[，,。；;！!？?\s]")
_BEFORE, _BEHIND = 12, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A sum as it was said, and what was done with it: 罚|600|块; "" where that was not said."""

    verb: str
    number: str
    unit: str

    @property
    def said(self) -> str:
        return f"{self.number}{self.unit}"


def _sum_in(new: str, *, sure: bool) -> Sum | None:
    """The sum that ``new`` is; ``sure``: of something it is said that it is wrong."""
    of_money = _OF_THE_AMOUNT.match(new)
    found = _AMOUNT.fullmatch(_LEAD.sub("", new[of_money.end() :] if of_money else new))
    if not found:
        return None
    said = Sum(verb=found["verb"], number=found["number"], unit=found["unit"])
    alone = not said.verb and (sure or of_money or _LARGE.search(said.said))
    return said if alone or _MONEY.search(said.unit) or _OF_MONEY.search(said.verb) else None


def paid(draft: Draft, new: str, *, sure: bool) -> Draft | None:
    """罚600, where 罚了500块 stands: the one amount, or the one that the same was done with."""
    said, matter = _sum_in(new, sure=sure), draft.matter or ""
    meant = _meant(matter, said) if said else []
    return _with_sum(draft, meant[0], said.said) if said and len(meant) == 1 else None


def _meant(matter: str, said: Sum) -> Sequence[Amount]:
    amounts = find_amounts(matter)
    verb = said.verb[-1:]
    same = [one for one in amounts if verb and verb in matter[max(one.start - _NEAR, 0) : one.start]]
    alike = [one for one in amounts if _nearly(one.text, said.number)]
    return next((ones for ones in (same, alike) if len(ones) == 1), amounts)


def _with_sum(draft: Draft, stood: Amount, written: str) -> Draft | None:
    matter, money = draft.matter or "", _MONEY.search(stood.text)
    written += money.group() if money and not _MONEY.search(written) else ""
    if written == stood.text:
        return None
    return changed_in(draft, matter=f"{matter[: stood.start]}{written}{matter[stood.end :]}", title=None)


def may_be_of_several(draft: Draft, text: str) -> bool:
    """Whether a sum is put right that may stand for several."""
    return bool(_to_choose(draft, text)[1])


def sums_offered(draft: Draft, text: str) -> dict[str, Any]:
    """What the question which sum it is shows: the new one, the others with the words around them, their buttons."""
    new, stood = _to_choose(draft, text)
    shown = [_clause(draft.matter or "", one) for one in stood]
    lines = "\n".join(f"{number} {words}" for number, words in enumerate(shown, 1))
    buttons = [(words, f'/choose{{"value": "sum:{at}:{new}"}}') for at, words in enumerate(shown)]
    return {"new": new, "sums": lines, "buttons": buttons}


def _to_choose(draft: Draft, text: str) -> tuple[str, Sequence[Amount]]:
    """The sum that is put right, and those that it may stand for where these are several."""
    text = to_the_point(in_plain_words(text))
    alone = right_alone(text)
    said = _sum_in(alone.new if alone else text.strip(" ，,。！!"), sure=bool(alone and alone.slip))
    meant = _meant(draft.matter or "", said) if said else []
    return (said.said, meant[:_MOST_SUMS]) if said and len(meant) > 1 else ("", [])


def _clause(matter: str, amount: Amount) -> str:
    """后来又收了200块押金: a sum with its clause, by which one tells it from its like."""
    before = _BREAK.split(matter[: amount.start])[-1][-_BEFORE:]
    after = _BREAK.split(matter[amount.end :])[0][:_BEHIND]
    return f"{before}{amount.text}{after}"


def chosen_sum(heard: Heard, value: str) -> Heard | None:
    """The sum that was chosen by its number is put right: ``sum:``, which one, and what it becomes."""
    found = _SUM_CHOSEN.fullmatch(value)
    amounts = find_amounts(heard.draft.matter or "") if found else []
    if not found or int(found["at"]) >= len(amounts):
        return None
    changed = _with_sum(replace(heard.draft, pending=None), amounts[int(found["at"])], found["new"])
    return replace(heard, draft=changed).remark("utter_changed") if changed else None


def _nearly(one: str, other: str) -> bool:
    """1200 and 1300: as long, and one figure is another."""
    figures = re.sub(r"\D", "", one)
    return len(figures) == len(other) and sum(a != b for a, b in zip(figures, other, strict=True)) == 1
