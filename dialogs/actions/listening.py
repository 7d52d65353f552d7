"""What an answer changes in a draft. Pure: a draft, a message, the slot that was asked for; a draft and remarks.

A message may say more than it was asked: whatever is still missing is taken from it, what is there stays unless it
is corrected or told anew.
"""

import re
from collections.abc import Callable

from dialogs.actions.accusing import accusing, consulting
from dialogs.actions.amiss import chosen_part, only_if_changed, still_open
from dialogs.actions.changed import replace
from dialogs.actions.changes import (
    Heard,
    anonymous,
    only_reached,
    repeated,
    told,
    unclear,
    understood,
    which_part,
)
from dialogs.actions.confirming import (
    WAITS,
    answer_confirm,
    answer_repeat,
    answer_sensitive,
    answer_split,
    answer_yes,
    split_into,
)
from dialogs.actions.corrections import corrections_in
from dialogs.actions.draft import MOST_ATTACHMENTS, Draft
from dialogs.actions.moving import moved
from dialogs.actions.naming import answer_name, answer_phone
from dialogs.actions.ordering import ordered
from dialogs.actions.patience import runs_out
from dialogs.actions.persons import concerned_in, named_since
from dialogs.actions.placing import answer_place, bettered
from dialogs.actions.putting_right import asked_if_unplaced, righted
from dialogs.actions.righting import put_right
from dialogs.actions.sent import at_location, taken_as
from dialogs.actions.sums import chosen_sum
from dialogs.actions.telling import (
    answer_matter,
    is_a_right_door_question,
    is_of_the_matter,
    opening,
    told_apart,
)
from dialogs.actions.told_places import LEFT_OPEN, NO_PLACE, NOWHERE
from dialogs.actions.unnamed import decided, of_being_known, reached_after_all, undone_or_not
from dialogs.actions.world import Turn
from dialogs.nlu import commands
from dialogs.nlu.about_us import is_gibberish, only_chats, praises_us, says_nothing
from dialogs.nlu.assent import agrees
from dialogs.nlu.at_a_loss import cannot_read
from dialogs.nlu.bare_numbers import bare_number
from dialogs.nlu.changing import asks_if_changed, finds_wrong, wants_change
from dialogs.nlu.contrast import without_slip
from dialogs.nlu.facts import Facts, read_facts
from dialogs.nlu.matter import Categories, asks, type_of
from dialogs.nlu.plain_questions import asks_right_door, urges_us, without_echo
from dialogs.nlu.relations import without_relation
from dialogs.nlu.spelled import unspelled
from dialogs.nlu.starting_over import starts_over
from dialogs.nlu.unnamed import leaves_only_phone
from dialogs.nlu.wishes import Wish, asides
from dialogs.text.clean import words_only
from dialogs.text.phrases import made_of

_GO_ON = made_of(
    r"(?:上次|昨天|刚才|之前|前面)(?:的|那个|那件事?)?(?:还没|没有?)(?:说|填|登记|弄|办)完(?:呢)?|没事了?|我?没事儿?了?|好了|安全了|继续|接着(?:说|来|登记|办|填)?|我们|咱们|继续(?:说|登记|填|办)?|我?回来了|吧|那|请|刚才的|上次的|昨天的|行|嗯|唉|你|登记(?:吧|一下)"
)
_WHOLE = re.compile(r"(?:看|查看|要看)?(?:一下)?(?:全文|全部(?:内容)?|完整(?:的|内容))")
WHOLE = "utter_summary_whole"
_OF_THE_FILER = frozenset({"place", "name", "phone"})  # here what is called an addition is one to the matter
_TAKES_NO_NUMBER = frozenset({"matter", "place"})  # here a number alone is no answer
_NOT_SEEN = {
    "matter": "utter_bad_matter",
    "place": "utter_bad_place",
    "name": "utter_bad_name",
    "phone": "utter_no_phone_in_it",
    "confirm": "utter_bad_confirm",
}
"""What is said where the answer is no word of any language."""
_WHEN_IT_IS_SO = frozenset({"晚上", "今晚"})  # after 噪音 no wish to wait till then
_A_SUM = re.compile(r"[一二两三四五六七八九十][百千万]")
_DISTRICT_WILL_DO = frozenset({"表扬", "建议", "咨询"})  # for these it is place enough, said unasked


def listen(  # noqa: PLR0911 - a table, one line a meaning
    draft: Draft, turn: Turn, asked: str | None, categories: Categories
) -> Heard:
    """Take a message into the draft; ``asked`` is the part asked for, None at the opening."""
    if starts_over(turn.text):
        anew = Heard(draft=Draft(message_ids=turn.message_ids))
        return anew.remark("utter_begun_again") if asked else anew
    heard = _take_what_was_sent(Heard(draft=draft), turn)
    if asked and (chosen := undone_or_not(heard, turn.text, turn.entity("value"))):
        return chosen
    if not turn.text:
        return _answer_without_text(heard, turn, asked)
    said = unspelled(without_echo(turn.text) if asked else turn.text)
    turn = replace(turn, text=without_relation(said) if asked in _OF_THE_FILER else said)
    if asked and asks_if_changed(turn.text):
        return replace(heard, draft=replace(heard.draft, shown=None, unclear=0))
    if asked and (answered := _said_to_the_bot(heard, turn, asked, categories)):
        return answered
    turn = replace(turn, text=asides(turn.text).rest or turn.text)
    if asked in _OF_THE_FILER and (more := commands.added_words(turn.text)):
        if is_of_the_matter(more, categories):
            return replace(heard, draft=told(heard.draft, more)).remark("utter_added_to_matter")
        turn = replace(turn, text=more)
    heard = decided(heard)
    if asked and (mended := righted(heard, turn, asked, categories)):
        return only_if_changed(mended, draft, meant=finds_wrong(turn.text))
    taken = only_if_changed(_take_text(heard, turn, asked, categories), draft, meant=finds_wrong(turn.text))
    taken = asked_if_unplaced(taken, heard, turn.text, asked)
    return runs_out(still_open(taken, draft, asked), asked)


def _said_to_the_bot(  # noqa: PLR0911 - a table, one line a meaning
    heard: Heard, turn: Turn, asked: str, categories: Categories
) -> Heard | None:
    """What tells nothing of the matter: talk, to go on, to wait, that something is to change, who is not to know."""
    if is_a_right_door_question(turn.text) or asks_right_door(turn.text):
        answer = "utter_will_be_passed_on" if urges_us(turn.text) else "utter_right_door"
        return replace(heard, draft=replace(heard.draft, unclear=0, shown=None)).remark(answer)
    if asked in _TAKES_NO_NUMBER and bare_number(turn.text):
        return _only_a_number(heard, turn.text, asked)
    nothing = _told_nothing(turn.text, asked)
    if nothing and not (agrees(turn.text) or commands.denies(turn.text)):
        return runs_out(unclear(heard, nothing), asked)
    if goes_on(turn.text) and not (asked == "confirm" and agrees(turn.text)):
        return replace(heard, draft=replace(heard.draft, unclear=0, shown=None))
    if asked != "split" and (in_order := ordered(heard, turn.text)):
        return in_order
    if unnamed := of_being_known(heard, turn.text):
        return unnamed
    if asked != "confirm" and wants_change(turn.text):
        return which_part(heard)
    if asked == "confirm" and _WHOLE.fullmatch(words_only(turn.text)):
        return replace(heard, draft=replace(heard.draft, unclear=0)).remark(WHOLE)
    said = asides(turn.text)
    holds = said.wish is Wish.HOLD and not _says_more(heard.draft, said.rest, asked, categories)
    return waits(heard, asked) if holds and not _says_when(heard, turn.text, asked) else None


def _told_nothing(text: str, asked: str) -> str:
    """The response to sounds and stray keys, to talk, and to who does not know yet how to put it; "" for all else."""
    if is_gibberish(text):
        return _NOT_SEEN.get(asked, "")
    if cannot_read(text):
        return "utter_reading_in_form"
    if says_nothing(text):
        return "utter_takes_time"
    if praises_us(text):
        return "utter_praised"
    return "utter_chat_in_form" if only_chats(text) else ""


def _says_when(heard: Heard, text: str, asked: str) -> bool:
    return asked == "matter" and bool(heard.draft.fragment) and words_only(text) in _WHEN_IT_IS_SO


def _only_a_number(heard: Heard, text: str, asked: str) -> Heard:
    """三万二 where the place is asked for belongs to the matter; another number says nothing."""
    if asked == "place" and heard.draft.matter and _A_SUM.search(text):
        return replace(heard, draft=told(heard.draft, text)).remark("utter_added_to_matter")
    return runs_out(unclear(heard, "utter_number_alone_in_form"), asked)


def goes_on(text: str) -> bool:
    """Whether somebody only says that they want to go on."""
    said = asides(text)
    only_that = said.wish is Wish.GO_ON and (not said.rest or commands.opens(said.rest))
    return only_that or bool(_GO_ON.fullmatch(words_only(text)))


def waits(heard: Heard, asked: str) -> Heard:
    """Nothing is asked until they come back; a summary waits for more than a 好的."""
    if asked != "confirm":
        return heard.remark("utter_wait_open")
    return replace(heard, draft=replace(heard.draft, pending=WAITS, shown=True, unclear=0)).remark("utter_wait")


def _says_more(draft: Draft, rest: str, asked: str, categories: Categories) -> bool:
    """Whether an answer or a correction stands beside the wish to wait."""
    if not rest:
        return False
    mended = put_right(draft, rest) or corrections_in(draft, rest, asked, categories)
    return bool(mended) or read_facts(rest, categories).any or asks(rest)


def _take_text(heard: Heard, turn: Turn, asked: str | None, categories: Categories) -> Heard:
    turn = replace(turn, text=without_slip(turn.text)) if asked and not agrees(turn.text) else turn
    facts = read_facts(turn.text, categories)
    if leaves_only_phone(turn.text):
        heard = replace(heard, draft=only_reached(heard.draft))
    heard = _take_wishes(heard, facts)
    before = heard.draft
    apart = told_apart(heard, turn, facts, categories) if asked not in {None, "matter", "split"} else None
    heard = apart or (_ANSWERS[asked] if asked else opening)(heard, turn, facts, categories)
    if asked not in {None, "matter", "place", "split"}:
        heard = bettered(heard, before, turn.text, facts)
    filled = reached_after_all(
        replace(heard, draft=_at_the_new_place(_fill(heard.draft, facts, asked, before), before)), facts
    )
    filled = _of_a_new_matter(filled, turn) if filled.draft.matter != before.matter else filled
    return _naming_whom(filled, turn.text, facts)


def _naming_whom(heard: Heard, text: str, facts: Facts) -> Heard:
    """Whose matter it is, with the name where that is told; who is only to be reached is somebody else."""
    draft = heard.draft
    named = named_since(text, draft.behalf, draft.matter or "")
    if not named or (facts.name and facts.name in named) or named == draft.behalf:
        return heard
    return replace(heard, draft=replace(draft, behalf=named, shown=None))


def _at_the_new_place(draft: Draft, before: Draft) -> Draft:
    """A place that was said to be wrong, and is told now: the matter follows."""
    asked_again = before.moved_from and before.place is None and draft.place not in NOWHERE
    if not asked_again or draft.matter != before.matter:
        return draft
    return moved(replace(draft, place=before.moved_from), draft.place or "")


def _of_a_new_matter(heard: Heard, turn: Turn) -> Heard:
    """What a matter brings with it: whom it concerns, and where it is against an official, no place."""
    draft = heard.draft
    concerned = draft.behalf or concerned_in(turn.text)
    return accusing(consulting(replace(heard, draft=replace(draft, behalf=concerned))))


def _take_what_was_sent(heard: Heard, turn: Turn) -> Heard:
    draft = heard.draft
    draft = replace(draft, message_ids=draft.with_message(turn.message_ids))
    if turn.attachments:
        draft = replace(draft, attachments=(*draft.attachments, *turn.attachments)[:MOST_ATTACHMENTS], shown=None)
        heard = heard.remark(taken_as({a["kind"] for a in turn.attachments}, told=bool(turn.text)))
    if turn.location:
        draft = at_location(draft, turn)
        heard = heard.remark("utter_location_taken")
    return replace(heard, draft=draft)


def _answer_without_text(  # noqa: PLR0911 - a table, one line a meaning
    heard: Heard, turn: Turn, asked: str | None
) -> Heard:
    """A button, a picture, a location: nothing to read."""
    value, draft = turn.entity("value"), heard.draft
    if asked == "repeat" and value in {"progress", "add", "new"}:
        return replace(heard, draft=understood(repeated(draft, value)))
    if asked == "split" and value in {"apart", "together"}:
        return replace(heard, draft=split_into(draft, value))
    if chosen := chosen_part(heard, value) or chosen_sum(heard, value):
        return chosen
    if asked == "confirm" and turn.intent in {"affirm", "deny"}:
        return answer_yes(heard) if turn.intent == "affirm" else which_part(heard)
    if asked == "confirm" and value == "whole":
        return heard.remark(WHOLE)
    if asked == "sensitive" and value in {"agreed", "apart"}:
        text = "1" if value == "agreed" else "2"
        return answer_sensitive(heard, replace(turn, text=text), Facts(), Categories({}))
    if value == "anonymous":
        return replace(heard, draft=anonymous(draft)).remark("utter_anonymous")
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


def _whole_name(draft: Draft, facts: Facts) -> str:
    """王德发, told beside the number by who was 老王 before."""
    name = draft.name or ""
    called = name[:1] in {"老", "小", "阿"} and facts.name[:1] == name[1:2]
    return facts.name if called and facts.name and not draft.anonymous else name


def _fill(draft: Draft, facts: Facts, asked: str | None, before: Draft) -> Draft:
    """What the message says beside the answer, where it is still missing."""
    enough = facts.place_exact or (bool(facts.matter) and type_of(facts.matter) in _DISTRICT_WILL_DO)
    place = facts.place if enough and draft.later == before.later else ""
    filled = replace(
        draft,
        place=place or draft.place if draft.place in {None, NO_PLACE, LEFT_OPEN} else draft.place,
        name=_whole_name(draft, facts) if draft.name is not None else facts.name or None,
        phone=draft.phone if draft.phone is not None else facts.phone or None,
        id_number=None if draft.anonymous else facts.id_number or draft.id_number,
    )
    return replace(filled, unclear=0) if _richer(filled, before) else filled


def _richer(draft: Draft, before: Draft) -> bool:
    return any(
        getattr(draft, part) is not None and getattr(before, part) is None
        for part in ("matter", "place", "name", "phone")
    )


_Answer = Callable[[Heard, Turn, Facts, Categories], Heard]
_ANSWERS: dict[str, _Answer] = {
    "matter": answer_matter,
    "split": answer_split,
    "repeat": answer_repeat,
    "place": answer_place,
    "name": answer_name,
    "phone": answer_phone,
    "confirm": answer_confirm,
    "sensitive": answer_sensitive,
}
