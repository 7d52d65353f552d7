"""Approved answers: each with its source, the days it holds, and whom it is for."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml.error import YAMLError

from dialogs.faq.aspects import Aspect
from dialogs.faq.sources import Source, read_day, read_sources, spoken_day
from dialogs.wrong_files import unreadable, yaml_line, yaml_wrong
from dialogs.yaml_text import read_yaml

LONGEST_QUESTION = 60
LONGEST_ANSWER = 1000
MOST_ANSWERS = 5000
MOST_TOLD = 20
"""Wrong entries that are named one by one."""
NEEDED = ("id", "question", "answer", "source", "valid_from")
_CALLED = {
    "id": "编号",
    "question": "问题",
    "variants": "其他问法",
    "answer": "答复",
    "source": "依据",
    "valid_from": "施行日期",
    "valid_to": "失效日期",
    "districts": "适用地区",
    "keywords": "关键词",
    "aspects": "方面",
}
ELSEWHERE = "elsewhere"
"""The topic of entries that only say which other agency is to be asked; ``keywords`` tell what they are about."""
CLARIFICATION = "clarification"
"""The topic of what the office says of a rumour: nothing in force, but published by its source on a day."""
_ID = re.compile(r"[A-Za-z0-9_\-]{1,40}")
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One approved answer.

    ``variants`` are other ways to ask for it. ``valid_to`` is its last day. ``districts``: where it holds, none
    for everywhere. ``topic`` and ``aspects`` say what a follow-up question may find it by.
    """

    id: str
    question: str
    variants: tuple[str, ...]
    text: str
    source: str
    valid_from: date
    sources: tuple[Source, ...] = ()
    valid_to: date | None = None
    department: str = ""
    districts: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    topic: str = ""
    aspects: frozenset[Aspect] = field(default_factory=frozenset)

    @property
    def said(self) -> str:
        """The answer as it is given: with its source and since when that is in force; where to turn needs none."""
        if self.topic == ELSEWHERE:
            return self.text
        if self.topic == CLARIFICATION:
            return f"{self.text}\n（{self.source}，{spoken_day(self.valid_from)}发布）"
        cited = "；".join(source.shown for source in self.sources) or self.source
        days = {source.since for source in self.sources if source.since} or {self.valid_from}
        since = "、".join(spoken_day(day) for day in sorted(days))
        return f"{self.text}\n（依据：{cited}，{since}起施行）"

    @property
    def asked(self) -> tuple[str, ...]:
        """Every way of asking for it, the question first."""
        return (self.question, *self.variants)

    def holds(self, today: date) -> bool:
        """Whether it may be given today."""
        return self.valid_from <= today and (self.valid_to is None or today <= self.valid_to)


class AnswersRefused(Exception):
    """The file of answers is wrong; ``problems`` name the entries and what each lacks, ``sentence`` tells staff."""

    retryable = False

    def __init__(self, *problems: str, file: str = "", outcome: str = "") -> None:
        super().__init__("；".join(problems))
        self.problems = problems
        head = f"政策问答文件 {file} 有误" if file else "政策问答文件有误"
        self.sentence = _told(head, problems) + (f"\n{outcome}" if outcome else "")


def _told(head: str, problems: Sequence[str]) -> str:
    if len(problems) == 1:
        return f"{head}：{problems[0]}"
    more = [f"还有 {len(problems) - MOST_TOLD} 处"] if len(problems) > MOST_TOLD else []
    return "\n  ".join([f"{head}，共 {len(problems)} 处：", *problems[:MOST_TOLD], *more])


def load_answers(path: Path) -> tuple[Answer, ...]:
    """Read ``answers.yml``.

    Raises:
        AnswersRefused: it cannot be read, is no YAML, an entry lacks a key, or two share an id.
    """
    try:
        return answers_in(path.read_text(encoding="utf-8-sig"))
    except AnswersRefused as wrong:
        raise AnswersRefused(*wrong.problems, file=str(path)) from wrong
    except (OSError, UnicodeDecodeError) as wrong:
        raise AnswersRefused(unreadable(wrong), file=str(path)) from wrong


def answers_in(text: str) -> tuple[Answer, ...]:
    """The answers that stand in ``text``, a list in YAML.

    Raises:
        AnswersRefused: naming every wrong entry.
    """
    try:
        raw = read_yaml(text)
    except YAMLError as wrong:
        line = yaml_line(wrong)
        raise AnswersRefused((f"第{line}行" if line else "") + yaml_wrong(wrong)) from wrong
    if not isinstance(raw, list):
        raise AnswersRefused("应是问答的列表：每条以 - id: 开头，有 question、answer、source、valid_from")
    return all_of((f"第{number}条", partial(answer_of, entry)) for number, entry in enumerate(raw, 1))


def all_of(entries: Iterable[tuple[str, Callable[[], Answer]]]) -> tuple[Answer, ...]:
    """Every entry: where it stands, and what reads it.

    Raises:
        AnswersRefused: with every one that is wrong, or shares its id with one above.
    """
    found: list[Answer] = []
    wrong: list[str] = []
    seen: dict[str, str] = {}
    for where, read in entries:
        try:
            answer = read()
        except AnswersRefused as refused:
            wrong += [f"{where}：{problem}" for problem in refused.problems]
            continue
        if answer.id in seen:
            wrong.append(f"{where}：编号 {answer.id} 和{seen[answer.id]}重复")
        seen.setdefault(answer.id, where)
        found.append(answer)
    if wrong:
        raise AnswersRefused(*wrong)
    return check_ids(found)


def check_ids(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """The answers, where no two share an id and they are not too many.

    Raises:
        AnswersRefused: two do, or they are.
    """
    seen: set[str] = set()
    for answer in answers:
        if answer.id in seen:
            raise AnswersRefused(f"有两条的编号都是 {answer.id}")
        seen.add(answer.id)
    if len(seen) > MOST_ANSWERS:
        raise AnswersRefused(f"一共 {len(seen)} 条，最多 {MOST_ANSWERS} 条")
    return tuple(answers)


def answer_of(raw: Any) -> Answer:
    """One entry of the file.

    Raises:
        AnswersRefused: naming the entry and the key.
    """
    if not isinstance(raw, Mapping):
        raise AnswersRefused("应是一组 名称: 值")
    name = f"{raw['id']}：" if raw.get("id") else ""
    if missing := [column(key) for key in NEEDED if raw.get(key) in (None, "", [])]:
        raise AnswersRefused(f"{name}缺少 {'、'.join(missing)}")
    try:
        return _answer(raw)
    except ValueError as wrong:
        raise AnswersRefused(f"{name}{wrong}") from wrong


def column(key: str) -> str:
    """What editors know a key by, in a table and in the file: 问题（question）."""
    return f"{_CALLED[key]}（{key}）"


def _answer(raw: Mapping[str, Any]) -> Answer:
    sources = _read(raw, "source", read_sources)
    valid_from = _read(raw, "valid_from", read_day)
    valid_to = _read(raw, "valid_to", read_day) if raw.get("valid_to") else None
    if valid_to and valid_to < valid_from:
        raise ValueError("失效日期早于施行日期")
    return Answer(
        id=_matching(str(raw["id"])),
        question=_bounded(raw["question"], LONGEST_QUESTION, "question"),
        variants=_texts(raw, "variants"),
        text=_bounded(raw["answer"], LONGEST_ANSWER, "answer"),
        source="；".join(source.text for source in sources),
        sources=sources,
        valid_from=valid_from,
        valid_to=valid_to,
        department=str(raw.get("department") or ""),
        districts=_texts(raw, "districts"),
        keywords=_texts(raw, "keywords"),
        topic=str(raw.get("topic") or ""),
        aspects=frozenset(_aspect(name) for name in _texts(raw, "aspects")),
    )


def _read(raw: Mapping[str, Any], key: str, read: Callable[[Any], _Read]) -> _Read:
    try:
        return read(raw[key])
    except ValueError as wrong:
        raise ValueError(f"{column(key)} {wrong}") from wrong


def _texts(raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
    listed = raw.get(key) or ()
    if not isinstance(listed, list | tuple):
        raise ValueError(f"{column(key)} 应是列表，如 [问法, 问法]；现在是“{listed}”")  # noqa: TRY004 - a wrong file
    return tuple(text for text in (str(one).strip() for one in listed) if text)


def _aspect(name: str) -> Aspect:
    try:
        return Aspect(name)
    except ValueError as wrong:
        raise ValueError(f"{column('aspects')} 里不认识“{name}”，只有 {'、'.join(Aspect)}") from wrong


def _bounded(raw: Any, longest: int, key: str) -> str:
    text = str(raw or "").strip()
    if not text:
        raise ValueError(f"{column(key)} 是空的")
    if len(text) > longest:
        raise ValueError(f"{column(key)} 有 {len(text)} 字，最多 {longest} 字")
    return text


def _matching(name: str) -> str:
    if not _ID.fullmatch(name):
        raise ValueError(f"{column('id')} “{name}”只能用字母、数字、- 和 _，最多 40 个字符")
    return name
