"""What an answer changes in a draft. Pure: a draft, a message, the slot that was asked for; a draft and remarks.

A message may say more than it was asked: whatever is still missing is taken from it, what is there stays unless it
is corrected or told anew.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from dialogs.actions.changes import Heard, anonymous, confirmed, repeated, told, unclear, understood, which_part
from dialogs.actions.corrections import Correction, corrected, correction_in
from dialogs.actions.draft import MOST_ATTACHMENTS, Draft
from dialogs.actions.placing import LONG_ANSWER, NO_PLACE, answer_place, place_beside
from dialogs.actions.world import Turn
from dialogs.nlu import commands
from dialogs.nlu.clean import words_only
from dialogs.nlu.danger import accuses_an_official
from dialogs.nlu.facts import Facts, answered_place, only_place, read_facts
from dialogs.nlu.matter import Categories, asks, is_a_story, type_of
from dialogs.nlu.names import answered_name, bare_name, taken_as_name
from dialogs.nlu.phones import find_phones, looks_like_a_try
from dialogs.nlu.phrases import made_of

_NO_NAME = re.compile(r"匿名|不(?:想|愿意?|便|方便|能|用)?(?:说|留|透露|告诉|写|提供)|保密$|没必要|不告诉你?|跳过")
_NO_PHONE = re.compile(
    r"我?(?:(?:没有?|无)(?:手机号?|电话|号码|联系方式)|(?:没有?|无|跳过|不(?:想|愿意?|方便|便|用|要|能)?(?:留|给|提供|说|透露)?(?:手机号?|电话|号码|联系方式)?)了?[\W_]*$|(?:就|可以)?在?(?:这里|这儿|这上面|微信)(?:上|里)?(?:联系|回复|回|找|说))|不(?:想|愿意?|方便|便|用|要)?(?:留|给|提供|说|透露)(?:手机|电话|号码)"
)
_FORGOT = re.compile(r"(?:号|手机|电话)[^，。]{0,4}(?:不记得|记不[得住清]|忘)|^我?(?:不记得|记不[得住清]|忘|想不起)")
_AGAIN = re.compile(r"(?:重新(?:登记|填写?|说|来|开始)|重来|从头(?:来|开始)|重填|清空)(?:一遍|一次|吧)?")
_REPEAT = (
    ("new", re.compile(r"^3$|新|另|不是|不同|别的|其他")),
    ("progress", re.compile(r"^1$|进度|结果|查")),
    ("add", re.compile(r"^2$|补充|同一件|一件事|一样|是的?$|对$")),
)
_ADDS = re.compile(
    r"^(?:我?(?:再|还)?(?:要|想)?补充(?:一下|一点|说明)?[：:，, ]*|还有[：:，, ]*|另外[：:，, ]*|对了[：:，, ]*)"
)
_GO_ON = made_of(r"没事了?|我?没事儿?了?|好了|安全了|继续|接着(?:说|来|登记)?|我们|咱们|继续(?:说|登记|填)?|吧|那|请")
_NAMES_A_UNIT = re.compile(
    r"[\u3400-\u9fff](?:局|委|办|院|所|站|厅|处|科|镇|乡|村|街道|社区|区|县|市|公司|学校|中心|大队|银行|政府|厂)|某"
)
_A_SENTENCE = 6
_LONGER_THAN_A_NAME = 10
_TELLS = re.compile(r"[了过着给是在没有要被把的]")
_DISTRICT_WILL_DO = frozenset({"表扬", "建议", "咨询"})
"""Types for which a district is place enough, where it was said unasked."""


def listen(draft: Draft, turn: Turn, asked: str | None, categories: Categories) -> Heard:
    """Take a message into the draft; ``asked`` is the part asked for, None at the opening."""
    if _AGAIN.fullmatch(words_only(turn.text)):
        return Heard(draft=Draft(message_ids=turn.message_ids))
    heard = _take_what_was_sent(Heard(draft=draft), turn)
    if not turn.text:
        return _answer_without_text(heard, turn, asked)
    if asked and _GO_ON.fullmatch(words_only(turn.text)):
        return heard
    facts = read_facts(turn.text, categories)
    if asked and (correction := correction_in(heard.draft, turn.text, asked)):
        return _put_right(heard, correction, categories)
    heard = _take_wishes(heard, facts)
    before = heard.draft
    heard = (_ANSWERS[asked] if asked else _opening)(heard, turn, facts, categories)
    filled = replace(heard, draft=_fill(heard.draft, facts, asked, before))
    return _accusing(filled) if filled.draft.matter != before.matter else filled


def _put_right(heard: Heard, correction: Correction, categories: Categories) -> Heard:
    changed = corrected(replace(heard.draft, pending=None), correction)
    if changed.pending:
        return replace(heard, draft=changed).remark("utter_ask_title")
    if getattr(changed, correction.part) is None:
        return replace(heard, draft=changed)
    if correction.part == "matter":
        told_now = read_facts(correction.value, categories)
        changed = _retold(replace(changed, matter=told_now.matter or changed.matter), told_now)
    return replace(heard, draft=changed).remark("utter_changed")


def _accusing(heard: Heard) -> Heard:
    """An accusation happens at no place: whom it is against is asked once where it names nobody, and never needed."""
    draft = heard.draft
    if draft.place is not None or not accuses_an_official(draft.matter or ""):
        return heard
    unnamed = len(draft.matter or "") <= LONG_ANSWER and not _NAMES_A_UNIT.search(draft.matter or "")
    heard = replace(heard, draft=replace(draft, place=""))
    return heard.remark("utter_accusation_whom") if unnamed else heard


def _retold(draft: Draft, facts: Facts) -> Draft:
    """A matter told anew brings its own place, and name and phone where it says them."""
    exact = facts.place_exact and draft.latitude is None
    draft = replace(draft, place=facts.place if exact else draft.place)
    if draft.anonymous:
        return draft
    return replace(draft, name=facts.name or draft.name, phone=facts.phone or draft.phone)


def _take_what_was_sent(heard: Heard, turn: Turn) -> Heard:
    draft = heard.draft
    draft = replace(draft, message_ids=draft.with_message(turn.message_ids))
    if turn.attachments:
        draft = replace(draft, attachments=(*draft.attachments, *turn.attachments)[:MOST_ATTACHMENTS], shown=None)
        kinds = {a["kind"] for a in turn.attachments}
        heard = heard.remark(
            "utter_voice_taken"
            if "voice" in kinds
            else "utter_file_taken"
            if "file" in kinds
            else "utter_picture_taken"
        )
    if turn.location:
        draft = _at_location(draft, turn)
        heard = heard.remark("utter_location_taken")
    return replace(heard, draft=draft)


def _at_location(draft: Draft, turn: Turn) -> Draft:
    point = turn.location or {}
    label = str(point.get("label") or "").strip()
    place = draft.place if draft.place not in (None, "", NO_PLACE) else label or "发送的位置"
    return replace(draft, latitude=point["latitude"], longitude=point["longitude"], place=place, shown=None)


def _answer_without_text(heard: Heard, turn: Turn, asked: str | None) -> Heard:
    """A button, a picture, a location: nothing to read."""
    value = turn.entity("value")
    if asked == "repeat" and value in {"progress", "add", "new"}:
        return replace(heard, draft=understood(repeated(heard.draft, value)))
    if asked == "confirm" and turn.intent in {"affirm", "deny"}:
        return confirmed(heard) if turn.intent == "affirm" else which_part(heard)
    if value == "anonymous":
        return replace(heard, draft=anonymous(heard.draft)).remark("utter_anonymous")
    return heard


def _take_wishes(heard: Heard, facts: Facts) -> Heard:
    draft = heard.draft
    if facts.anonymous and not draft.anonymous and not (facts.name or facts.phone):
        heard = replace(heard, draft=anonymous(draft)).remark("utter_anonymous")
    elif facts.anonymous is False and draft.anonymous:
        heard = replace(heard, draft=replace(draft, anonymous=None, name=None, phone=None, shown=None))
    if facts.confidential is not None and facts.confidential != bool(draft.confidential):
        heard = replace(heard, draft=replace(heard.draft, confidential=facts.confidential, shown=None))
        heard = heard.remark("utter_confidential") if facts.confidential else heard
    return heard.remark("utter_bad_id_number") if facts.bad_id_number else heard


def _fill(draft: Draft, facts: Facts, asked: str | None, before: Draft) -> Draft:
    """What the message says beside the answer, where it is still missing."""
    enough = facts.place_exact or (bool(facts.matter) and type_of(facts.matter) in _DISTRICT_WILL_DO)
    place = facts.place if enough else ""
    filled = replace(
        draft,
        place=place or draft.place if draft.place in {None, NO_PLACE} else draft.place,
        name=draft.name if draft.name is not None else facts.name or None,
        phone=draft.phone if draft.phone is not None else facts.phone or None,
        id_number=None if draft.anonymous else facts.id_number or draft.id_number,
    )
    return replace(filled, unclear=0) if _richer(filled, before) else filled


def _richer(draft: Draft, before: Draft) -> bool:
    return any(
        getattr(draft, part) is not None and getattr(before, part) is None
        for part in ("matter", "place", "name", "phone")
    )


def _opening(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard:
    if facts.matter and not commands.opens(turn.text):
        return replace(heard, draft=told(heard.draft, facts.matter))
    bare = words_only(turn.text)
    says_only_so = commands.command_in(turn.text, in_form=False) or only_place(turn.text) or facts.any
    return heard if says_only_so or len(bare) < LONG_ANSWER else replace(heard, draft=told(heard.draft, turn.text))


def _answer_matter(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard:
    if facts.matter:
        return replace(heard, draft=_retold(told(heard.draft, facts.matter), facts))
    says_who_or_where = facts.name or facts.phone or facts.id_number or not facts.rest or only_place(turn.text)
    if says_who_or_where or commands.affirms(turn.text) or commands.opens(turn.text):
        return heard
    if (name := bare_name(turn.text)) and not heard.draft.name:
        return replace(heard, draft=replace(heard.draft, name=name))
    enough = len(words_only(turn.text)) >= 4 and (heard.draft.unclear > 0 or _says_something(turn.text, categories))  # noqa: PLR2004
    return replace(heard, draft=told(heard.draft, turn.text)) if enough else unclear(heard, "utter_bad_matter")


def _says_something(text: str, categories: Categories) -> bool:
    """A sentence, or a question about something the city deals with: a consultation is a matter too."""
    return bool(categories.of(text)) or is_a_story(text) if asks(text) else len(words_only(text)) >= 10  # noqa: PLR2004 - a short sentence


def _answer_repeat(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard:
    choice = next((name for name, pattern in _REPEAT if pattern.search(words_only(turn.text))), None)
    return (
        replace(heard, draft=understood(repeated(heard.draft, choice)))
        if choice
        else unclear(heard, "utter_choose_repeat")
    )


def _beside(heard: Heard, turn: Turn, facts: Facts) -> Heard | None:
    """Something else than what was asked: where it is, or more of the matter. None for neither."""
    if placed := place_beside(heard, turn.text):
        return placed
    other = asks(turn.text) or commands.denies(turn.text) or commands.abuses(turn.text)
    telling = bool(_TELLS.search(facts.rest)) or len(facts.rest) >= _LONGER_THAN_A_NAME
    goes_on = len(words_only(facts.rest)) >= _A_SENTENCE and not other and telling
    if not (facts.matter or goes_on):
        return None
    return replace(heard, draft=told(heard.draft, facts.rest)).remark("utter_added_to_matter")


def _answer_name(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard:
    draft = heard.draft
    if draft.anonymous:
        return heard
    name = facts.name or answered_name(facts.rest) or (taken_as_name(facts.rest) if draft.unclear else None)
    if name:
        return replace(heard, draft=replace(draft, name=name, unclear=0))
    if _NO_NAME.search(turn.text) and len(turn.text) <= LONG_ANSWER:
        return replace(heard, draft=anonymous(draft)).remark("utter_anonymous")
    if told_beside := _beside(heard, turn, facts):
        return told_beside
    says_other = (facts.phone or facts.id_number) and not facts.rest
    return heard if says_other else unclear(heard, "utter_bad_name")


def _answer_phone(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard:
    draft = heard.draft
    if draft.anonymous:
        return heard
    found = find_phones(turn.text)
    if found:
        return replace(heard, draft=replace(draft, phone=facts.phone or found[0].value, unclear=0))
    if _NO_PHONE.match(turn.text.strip()) and len(turn.text) <= LONG_ANSWER:
        return replace(heard, draft=replace(draft, phone="", unclear=0))
    return heard if facts.id_number and not facts.rest else _no_number(heard, turn, facts)


def _no_number(heard: Heard, turn: Turn, facts: Facts) -> Heard:
    """What was said instead of a telephone number; an address is no number, however many digits it has."""
    if _FORGOT.search(turn.text) and len(turn.text) <= LONG_ANSWER:
        return unclear(heard, "utter_phone_forgotten")
    if placed := place_beside(heard, turn.text):
        return placed
    if looks_like_a_try(turn.text):
        return unclear(heard, "utter_bad_phone")
    if told_beside := _beside(heard, turn, facts):
        return told_beside
    name = answered_name(turn.text)
    return replace(heard, draft=replace(heard.draft, name=name)) if name else unclear(heard, "utter_bad_phone")


def _answer_confirm(heard: Heard, turn: Turn, facts: Facts, categories: Categories) -> Heard:
    draft = heard.draft
    if commands.affirms(turn.text) or words_only(turn.text) == "1":
        return confirmed(heard)
    if heard.remarks:
        return heard
    if commands.denies(turn.text) or commands.asks_change(turn.text):
        return which_part(heard)
    told_anew = _told_anew(draft, turn.text, facts)
    if told_anew:
        return replace(heard, draft=told_anew).remark("utter_changed")
    rest = _ADDS.sub("", turn.text)
    if facts.matter or (rest != turn.text and len(rest) >= 4):  # noqa: PLR2004
        return replace(heard, draft=told(draft, rest if rest != turn.text else facts.matter)).remark(
            "utter_added_to_matter"
        )
    return unclear(heard, "utter_bad_confirm")


def _told_anew(draft: Draft, text: str, facts: Facts) -> Draft | None:
    """A bare phone number, name or place in answer to the summary replaces what stood there."""
    if facts.matter or not facts.any:
        return None
    place = answered_place(text) if only_place(text) else draft.place
    return replace(
        draft,
        place=place,
        moved_from=draft.moved_from if place == draft.place else draft.moved_from or draft.place,
        name=facts.name or draft.name,
        phone=facts.phone or draft.phone,
        anonymous=None if facts.name or facts.phone else draft.anonymous,
        shown=None,
        unclear=0,
    )


_Answer = Callable[[Heard, Turn, Facts, Categories], Heard]
_ANSWERS: dict[str, _Answer] = {
    "matter": _answer_matter,
    "repeat": _answer_repeat,
    "place": answer_place,
    "name": _answer_name,
    "phone": _answer_phone,
    "confirm": _answer_confirm,
}
