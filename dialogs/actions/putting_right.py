"""What a message puts right in what was taken down, in whatever words; asked which part where that is not plain."""

import re
from collections.abc import Sequence

from dialogs.actions.amending import (
    fact_right,
    house_right,
    named_right,
    one_right,
    several_right,
    wondered_at,
)
from dialogs.actions.amiss import asked_what, changes_a_part, struck_out
from dialogs.actions.changed import replace
from dialogs.actions.changes import AMISS, Heard, told, which_part, which_sum
from dialogs.actions.corrections import Correction, corrected, corrections_in
from dialogs.actions.draft import Draft
from dialogs.actions.moving import moved
from dialogs.actions.righting import put_right, put_right_alone, stands_so
from dialogs.actions.sums import may_be_of_several
from dialogs.actions.telling import retold
from dialogs.actions.told_places import NOWHERE
from dialogs.actions.world import Turn
from dialogs.nlu import commands
from dialogs.nlu.amending import after_yes, in_plain_words, sounds_wrong, to_the_point, yes_but
from dialogs.nlu.amounts import find_amounts
from dialogs.nlu.contrast import contrasts_in
from dialogs.nlu.facts import read_facts
from dialogs.nlu.houses import only_house
from dialogs.nlu.matter import Categories, finds_fault
from dialogs.nlu.places import find_district
from dialogs.text.clean import words_only

_ASKED_BACK = frozenset({"utter_which_part", "utter_which_sum"})
_WHERE_IT_SHOWS = frozenset({"confirm", "name", "phone"})
_OF_WHAT_IS_WRITTEN = re.compile(r"错|[写填记登弄搞]成|改|更正|纠正|应该是|应是|不符|对不上|有误")
_A_FACT = re.compile(
    r"\d|[一二三四五六七八九十百千]{1,3}(?:栋|号|楼|月|块|元|点|天|单元)|[一二两三四五六七八九][百千万]|.是[^不，。]{2,}"
)
_A_CLAUSE = 4
_MORE = re.compile(r"(?!.*(?:你|您|恁|[吗么？?]))(?=.{6}).*(?:是.{2}|\d).*")
_OF_A_LABEL = re.compile(
    r"(?:名字?|价格?|费用?|钱|时间|日期|地址|地点|地方|号码?|楼|栋|单元|单位|公司|厂|店|学校|医院|小区|路|街|村|金额|电话|人)(?:应该|其实)?(?:是|为|叫)"
)
"""What stands there as a part, or in one: who tells it anew changes it."""
_AS_IT_IS = re.compile(
    r"(?:姓名|名字|电话|号码|手机号?|地址|地点|时间|内容|标题|别的|其他的?|其它的?|都|也)+(?:就|都|也)?(?:不改|不用改|不变|不动|别改|照旧|没变)(?:了|吧|啊|哈)*"
)
_GOES_ON = re.compile(r"还有|而且|也|另外|都")
"""What goes on telling is kept, and shown again."""
_OF_THE_WORDS = re.compile(r"^[我要想请把]*(?:内容|标题|题目)")


def righted(  # noqa: PLR0911 - a table, one line a meaning
    heard: Heard, turn: Turn, asked: str, categories: Categories
) -> Heard | None:
    """The draft as a message puts it right; None where it puts nothing right."""
    if asked in {"matter", "split"} or _OF_THE_WORDS.match(turn.text):
        return _in_these_words(heard, turn.text, asked, categories)
    plain = in_plain_words(turn.text)
    if _AS_IT_IS.fullmatch(words_only(plain)):
        return replace(heard, draft=replace(heard.draft, shown=None, unclear=0)).remark("utter_noted")
    rest = after_yes(plain) if asked == "confirm" else ""
    if rest and rest in f"{heard.draft.place}\n{heard.draft.matter}":  # 对 五千: as it stands
        return replace(heard, draft=replace(heard.draft, shown=None, unclear=0))
    text = to_the_point(plain)
    wrong = text != plain or sounds_wrong(plain)
    if (wrong or asked == "confirm") and (several := several_right(heard.draft, text, asked)):
        return replace(heard, draft=several).remark("utter_changed")
    if named := named_right(heard.draft, text):
        return replace(heard, draft=named).remark("utter_changed")
    if wrong and (wondered := wondered_at(heard, text)):
        return wondered
    if mended := _in_these_words(heard, text, asked, categories):
        return mended
    if stated := _stated(heard.draft, text, asked, wrong=wrong):
        return replace(heard, draft=stated).remark("utter_changed")
    return which_sum(heard) if asked == "confirm" and may_be_of_several(heard.draft, turn.text) else None


def _stated(draft: Draft, text: str, asked: str, *, wrong: bool) -> Draft | None:
    """The bare right, which at the summary needs no word that something is wrong."""
    fact = after_yes(text) or text
    if wrong:
        return one_right(draft, fact, asked)
    return fact_right(draft, fact) if asked == "confirm" else None


def asked_if_unplaced(heard: Heard, before: Heard, text: str, asked: str | None) -> Heard:
    """Which part is wrong is asked where something surely is, and nobody knew what: nothing is filed before that."""
    if asked not in _WHERE_IT_SHOWS or heard.draft.confirm is not None or not _ASKED_BACK.isdisjoint(heard.remarks):
        return heard
    heard = replace(heard, draft=_seen_anew(heard.draft))
    plain = in_plain_words(text)
    amiss = sounds_wrong(plain) or (asked == "confirm" and (yes_but(plain) or _states_a_fact(heard, plain)))
    if not amiss or _GOES_ON.search(plain):
        return heard
    contrasts = contrasts_in(plain)
    clear = contrasts and not any(only_house(one.new) for one in contrasts)
    tells = finds_fault(plain) or clear or not (contrasts or _OF_WHAT_IS_WRITTEN.search(plain))
    added = heard.draft.matter != before.draft.matter and tells
    denied = asked != "confirm" and commands.denies(plain)
    open_choice = heard.draft.pending not in {None, AMISS}
    if added or denied or open_choice or changes_a_part(heard.draft, before.draft):
        return heard
    if cleared := _clears_up(replace(before, remarks=heard.remarks), plain):
        return cleared
    return which_part(before)


def _seen_anew(draft: Draft) -> Draft:
    """Where all is shown again, a yes is one to what is shown."""
    return replace(draft, pending=None) if draft.pending == AMISS and not draft.shown else draft


def _clears_up(heard: Heard, plain: str) -> Heard | None:
    """花了680 不是860, where no amount was told: what it is goes to the matter."""
    draft = heard.draft
    stands = f"{draft.place} {draft.matter} {draft.name} {draft.phone} {draft.when}"
    more = (_MORE.fullmatch(plain) and not contrasts_in(plain)) or (
        find_amounts(plain) and not find_amounts(draft.matter or "")
    )
    if "utter_bad_confirm" in heard.remarks and more and not _OF_A_LABEL.search(plain):
        return replace(heard, draft=told(draft, plain), remarks=()).remark("utter_added_to_matter")
    said = [one.new for one in contrasts_in(plain) if one.old not in stands and len(one.new) >= _A_CLAUSE]
    told_more = told(draft, said[0]) if said else draft
    if told_more.matter == draft.matter:
        return None
    return replace(heard, draft=replace(told_more, pending=None), remarks=()).remark("utter_added_to_matter")


def _states_a_fact(heard: Heard, plain: str) -> bool:
    """收费是每月320, which nobody understood: what it stands for is asked, rather than to say yes."""
    return "utter_bad_confirm" in heard.remarks and bool(_A_FACT.search(plain))


def _in_these_words(heard: Heard, text: str, asked: str, categories: Categories) -> Heard | None:
    """What is put right: the wrong named beside the right, a part by its name, or the right alone."""
    draft = heard.draft
    if mended := house_right(draft, text) or put_right(draft, text) or struck_out(draft, text):
        return replace(heard, draft=mended).remark("utter_changed")
    if asked == "confirm" and (which := asked_what(heard, text)):
        return which
    if corrections := corrections_in(draft, text, asked, categories):
        return _put_right(heard, corrections, categories)
    if asked != "matter" and stands_so(draft, text):
        return replace(heard, draft=replace(draft, unclear=0)).remark("utter_noted")
    if asked in {"matter", "split"} or not (mended := put_right_alone(draft, text)):
        return None
    return replace(heard, draft=mended).remark("utter_changed")


def _put_right(heard: Heard, corrections: Sequence[Correction], categories: Categories) -> Heard:
    heard = replace(heard, draft=replace(heard.draft, pending=None))
    for correction in corrections:
        heard = _put_one_right(heard, correction, categories)
    changed = all(getattr(heard.draft, correction.part) is not None for correction in corrections)
    return heard.remark("utter_changed") if changed and not heard.draft.pending else heard


def _put_one_right(heard: Heard, correction: Correction, categories: Categories) -> Heard:
    changed = corrected(heard.draft, correction)
    if changed.pending:
        return replace(heard, draft=changed).remark(f"utter_ask_{changed.pending}")
    if correction.part == "place" and changed.place:
        changed = moved(replace(changed, place=heard.draft.place), changed.place)
    if correction.part == "matter" and changed.matter is not None:
        told_now = read_facts(correction.value, categories)
        changed = retold(replace(changed, matter=told_now.matter or changed.matter), told_now)
        changed = _in_the_same_district(changed, heard.draft)
    return replace(heard, draft=changed)


def _in_the_same_district(draft: Draft, before: Draft) -> Draft:
    """Who tells the matter anew seldom names the district again."""
    district = find_district(before.place or "", before.matter or "")
    told = draft.place in NOWHERE or find_district(draft.place or "", draft.matter or "")
    return draft if told or not district else replace(draft, place=f"{district}{draft.place}")
