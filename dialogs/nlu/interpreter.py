"""Understanding a message: patterns for what is certain, the trained model for the rest.

It decides in this order: danger; commands; what an open question expects; a policy question; a matter being told;
the trained model of ``Understanding``. Until there is one, the nearest example of ``data/nlu.yml``. Whatever is left
is out of scope.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from dialogs.engine.contract import Parse, State, requested_slot
from dialogs.faq.aspects import asks_of_lateness, leans_on_the_last
from dialogs.faq.search import SURE, UNSURE, Answers
from dialogs.nlu import commands, plain_questions
from dialogs.nlu.about_us import about_us
from dialogs.nlu.accusations import accuses_an_official
from dialogs.nlu.danger_model import DangerEar, shipped_ear
from dialogs.nlu.elsewhere import asks_anothers_number, asks_for_a_service, asks_where_we_are
from dialogs.nlu.facts import only_place, read_facts
from dialogs.nlu.formalities import asks_of_a_formality
from dialogs.nlu.gatherings import foretells
from dialogs.nlu.gazetteer import Gazetteer
from dialogs.nlu.grumbling import only_grumbles
from dialogs.nlu.guessing import A_CALL, Guesser
from dialogs.nlu.manners import only_advertises, without_scolding
from dialogs.nlu.matter import Categories, asks, asks_when_done, finds_fault, is_a_story, tells_a_matter
from dialogs.nlu.names import answered_name
from dialogs.nlu.own_questions import of_ones_matter
from dialogs.nlu.place_noise import knows_no_name
from dialogs.nlu.places import find_place
from dialogs.nlu.reception_words import wish_in
from dialogs.nlu.shapes import by_shape, sure, surely_told
from dialogs.nlu.side_wishes import side_wish
from dialogs.nlu.topics import topic_of
from dialogs.nlu.waiting import tells_of_waiting
from dialogs.nlu.wishes import asides, goes_on
from dialogs.text.clean import words_only
from dialogs.text.dialect_questions import in_common_words
from dialogs.text.wording import plain
from dialogs.understanding import Understanding

_WISH_LENGTH = 30
_SURE_OF_A_WISH = 0.6
"""Measured: so sure, it takes one real petition in 300 for something else, and finds 14 of 16 wishes."""
_WISHES = {"show_progress", "add_to_case", "withdraw", "rate", "call_person", "stop"}
_OF_A_CASE = {"show_progress", "add_to_case", "rate"}
FREE_TEXT_GIVES_WAY = 0.75
"""How sure a policy question must be before the answer to a free-text question gives way to it."""
_QUESTION_LENGTH = 40
_SHORTEST_QUESTION = 4
"""In a form: 合理吗 is of one's own matter."""
_MAY_BE_LEFT_OUT = re.compile(
    r"(?:能不能|可不可以|可以|能|是不是可以)不(?:留|填|写|说|给|提供)(?:姓名|名字|电话|手机号?|号码)?吗?|"
    r"(?:必须|一定要?|非要|非得)(?:得)?(?:留|填|写|说|给|提供)(?:姓名|名字|电话|手机号?|号码)?[吗么]|"
    r"不(?:留|填|写|说|给|提供)(?:姓名|名字|电话|手机号?|号码)?(?:行|可以)(?:不行|吗|么)"
)
"""Asks whether name or phone may be left out."""
_BLAME = re.compile(r"踢皮球|推诿|不作为|没人管|不管|敷衍|不理|不处理|不解决|态度(?:恶劣|差|不好|很差)")
"""Faults that are found with the office as well as with anybody: with abuse beside them they tell no matter."""
_ASKS_A_NUMBER = {"petition_name", "petition_phone"}
_TAKES_WORDS = {"petition_matter", "petition_name", "petition_phone", "petition_confirm"}
_A_REMARK = 4
_SURELY_OUTSIDE = 0.8
"""Of the light tier. Measured: so sure, it knows 8 of 20 questions of other matters, and takes none of 25 that go on
with a petition for one (the surest of those stands at 0.65)."""
_OF_ONESELF = re.compile(r"[我俺咱他她它这那]|家|村|小区|单位|[0-9]")  # may go on with the story of a matter
_FREE_TEXT = {"petition_matter", "addition_text", "reception_matter"}
_TO_BE_TAKEN_DOWN = re.compile(r"(?:我|俺|咱)?(?:就是|是)?(?:想|要|来)?(?:要|想)?(?:咨询|登记|反映|了解|建议)")
"""Who begins so when asked for the matter wants the question taken down, not answered by a machine."""

_BY_SHAPE: Sequence[tuple[Callable[[str], bool], Mapping[str, str]]] = (
    (plain_questions.asks_on_behalf, {"answer_id": "delegate"}),
    (plain_questions.asks_when_they_come, {"answer_id": "hotline_deadline"}),
    (plain_questions.asks_for_materials, {"kind": "materials"}),
    (plain_questions.asks_after_photos, {"kind": "photos"}),
)
"""What short questions in a form are answered with."""


class LightInterpreter:
    """Fulfils ``engine.contract.Interpreter``. ``examples``: intent to its example texts."""

    def __init__(
        self,
        examples: Mapping[str, Sequence[str]],
        answers: Answers,
        categories: Categories,
        understanding: Understanding,
        *,
        danger: DangerEar | None = None,
        gazetteer: Gazetteer | None = None,
        topics: Sequence[str] = (),
    ) -> None:
        """``danger``: the one that ships where not given; ``gazetteer``, ``topics``: the office's own."""
        self._guesser = Guesser(examples, answers, categories, understanding)
        self._answers = answers
        self._categories = categories
        self._understanding = understanding
        self._danger = danger or shipped_ear()
        self._gazetteer = gazetteer or Gazetteer.of({})
        self._topics = topics

    async def parse(self, text: str, *, state: State | None) -> Parse:
        text = self._asked_in_common_words(text)
        leans = leans_on_the_last(text) and not asks_where_we_are(text, bare=False)
        if answered(state) and leans and not (wish_in(text) or self._danger.certain(text)):
            return sure("ask_policy")
        asked = requested_slot(state)
        certain = self.certain(text, asked=asked)
        if asked in _ASKS_A_NUMBER and commands.is_query_code(text) and not _asked_of_a_case(state):
            return sure("inform")
        if certain is None:
            return await self._guesser.guess(text)
        if certain.intent == "inform" and await self._is_small_talk(text, asked):
            return sure("small_talk")
        opens = asked or commands.opens(text) or goes_on(text)
        if certain.intent == "file_petition" and not (opens or surely_told(text)):
            return await self._other_wish(text) or certain
        return certain

    def _asked_in_common_words(self, text: str) -> str:
        """A question of a dialect as others put it; all else, and what speaks of danger, as it was written."""
        common = in_common_words(text)
        return common if common != text and asks(common) and not self._danger.hear(text) else text

    def certain(self, text: str, *, asked: str | None) -> Parse | None:
        """What patterns say that ``text`` means where ``asked`` is the slot the bot last asked for.

        None where they do not know, which is only outside forms (``asked`` None).
        """
        danger = self._danger.certain(text)
        if danger:
            return sure("danger", danger=danger.value)
        if wish := side_wish(text, asked, self._topics):
            return wish
        shaped = self._for_others(text, asked) or (None if asked else by_shape(text))
        return shaped or (self._in_form(text, asked) if asked else self._outside(text))

    def _for_others(self, text: str, asked: str | None) -> Parse | None:
        """What another agency must be asked, or where we are; an approved answer on just this goes before it."""
        if asked in _FREE_TEXT and _TO_BE_TAKEN_DOWN.match(text):
            return None
        where = asks_where_we_are(text, bare=not asked)
        if not where and asks_anothers_number(text):
            known = self._answers.elsewhere(plain(text))
            return sure("ask_policy", answer_id=known.id) if known else sure("ask_policy", kind="number")
        found = self._answers.elsewhere(plain(text)) if not where and asks_for_a_service(text) else None
        formality = not (where or found) and asks_of_a_formality(text)
        if not (where or found or formality) or self._is_question(text, FREE_TEXT_GIVES_WAY, None):
            return None
        told = {} if asked else {"kind": "told"}
        kind = "office" if where else "formality"
        return sure("ask_policy", answer_id=found.id, **told) if found else sure("ask_policy", kind=kind)

    def _in_form(self, text: str, asked: str) -> Parse:
        if kind := about_us(text):
            return sure("ask_policy", kind=kind)
        return self._command_in_form(text, asked) or self._said_in_form(text, asked)

    def _command_in_form(self, text: str, asked: str) -> Parse | None:
        command = commands.command_in(text, in_form=True)
        if command and not (command in {"thanks", "greet"} and asked == "petition_confirm" and commands.affirms(text)):
            return sure(command)
        nod = commands.nod(text)
        return sure(nod) if nod else None

    def _said_in_form(self, text: str, asked: str) -> Parse:
        if asked in {*_TAKES_WORDS, "petition_place"} - _FREE_TEXT and plain_questions.not_ours(text):
            return sure("small_talk")
        text = plain_questions.without_echo(text)
        if question := self._question_in_form(asides(text).rest or text, asked):
            return question
        if only_grumbles(text):
            return sure("abuse")
        if commands.abuses(text) and not (tells_a_matter(text, self._categories) or find_place(without_scolding(text))):
            return sure("abuse")
        return sure("inform")

    def _question_in_form(self, text: str, asked: str) -> Parse | None:
        if asked in {"petition_name", "petition_phone"} and _MAY_BE_LEFT_OUT.fullmatch(words_only(text)):
            return sure("ask_policy", answer_id="anonymous")
        if plain_questions.asks_right_door(text) or (asked == "petition_place" and knows_no_name(text)):
            return sure("inform")
        for asks_it, entities in _BY_SHAPE:
            if asks_it(text):
                return sure("ask_policy", **entities)
        if plain_questions.only_asks_how_long(text) or self._is_question(text, self._needed(text, asked), asked):
            return sure("ask_policy")
        return None

    def _needed(self, text: str, asked: str) -> float:
        if asked not in _FREE_TEXT:
            return SURE if of_ones_matter(text) else UNSURE
        return FREE_TEXT_GIVES_WAY if tells_a_matter(text, self._categories) else SURE

    def _outside(self, text: str) -> Parse | None:
        command = commands.command_in(text, in_form=False)
        if not command and only_advertises(text):
            return sure("spam")
        asked = plain_questions.looks_up(text) or plain_questions.asks_ones_right(text) or asks_of_lateness(text)
        if command or asked or self._is_question(text, SURE, None):
            return sure(command or "ask_policy")
        if (of_courts := plain_questions.another_way(text)) and not accuses_an_official(text):
            return sure("ask_policy", answer_id=of_courts, kind="told")
        if self._opens_a_petition(text) and not self._only_scolds(text):
            return sure("file_petition")
        if commands.abuses(text):
            return sure("abuse")
        nod = commands.nod(text)
        return sure(nod) if nod else None

    def _only_scolds(self, text: str) -> bool:
        rest = _BLAME.sub("", text)
        return commands.abuses(text) and not (find_place(rest) or tells_a_matter(rest, self._categories))

    def _opens_a_petition(self, text: str) -> bool:
        facts = read_facts(text, self._categories)
        told = bool(facts.matter) and (finds_fault(facts.matter) or not asks(facts.matter) or is_a_story(facts.matter))
        told = told or bool(facts.phone or topic_of(text, self._categories)) or foretells(text) or asks_when_done(text)
        return told or only_place(text, self._gazetteer.place_in(text)) or (bool(facts.name) and not asks(text))

    async def _other_wish(self, text: str) -> Parse | None:
        """What a short text wants of the bot, where it only mentions a trouble ("物业修好了，投诉销掉吧").

        The light tier alone is asked, and must be sure.
        """
        model = self._understanding.intents
        if model is None or len(words_only(text)) > _WISH_LENGTH or read_facts(text, self._categories).phone:
            return None
        judged = await model.judge(text, None)
        wish = judged.intent in _WISHES or (judged.intent == "ask_policy" and asks(text))
        if judged.intent is None or not wish or judged.confidence < _SURE_OF_A_WISH:
            return None
        if judged.intent in _OF_A_CASE and tells_of_waiting(text):
            return None
        if judged.intent == "call_person" and len(words_only(text)) > A_CALL and finds_fault(text):
            return None
        return Parse(intent=judged.intent, confidence=judged.confidence, ranking=judged.ranking, by=judged.by)

    async def _is_small_talk(self, text: str, asked: str | None) -> bool:
        """Whether a short remark in a form is surely about something else altogether (你觉得国足能赢吗).

        Only where it would go into the petition's words; what may be an answer, or of the matter, is kept.
        """
        model, bare = self._understanding.intents, words_only(text)
        if model is None or asked not in _TAKES_WORDS or not _A_REMARK <= len(bare) <= _WISH_LENGTH:
            return False
        if not asks(text) or _OF_ONESELF.search(bare) or answered_name(text):  # the cheap signs first: most are answers
            return False
        if read_facts(text, self._categories).any or self._categories.filed_under(text):
            return False
        judged = await model.judge(text, None)
        return judged.intent is None and judged.confidence >= _SURELY_OUTSIDE

    def _is_question(self, text: str, threshold: float, asked: str | None) -> bool:
        """A short text that is nearly one of the known questions and tells no trouble of its own."""
        if not (_SHORTEST_QUESTION if asked else 0) <= len(words_only(text)) <= _QUESTION_LENGTH:
            return False
        put_as_one = plain_questions.asks_anyhow(text)
        if asked and not put_as_one:  # so is nearly every answer in a form, and to search costs
            return False
        found = self._answers.search(text, 1)
        if not found or found[0].score < threshold:
            return False
        return put_as_one or found[0].score >= FREE_TEXT_GIVES_WAY


def answered(state: State | None) -> bool:
    """Whether a policy question was answered: what names no subject asks about it. The action sees how long ago."""
    return bool(state and (state.get("slots") or {}).get("last_answer"))


def _asked_of_a_case(state: State | None) -> bool:
    """Whether a case was asked after whose query code is waited for."""
    return bool(state and (state.get("slots") or {}).get("asked_number"))
