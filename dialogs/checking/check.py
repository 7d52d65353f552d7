"""All checks of the dialog files, in the order in which one would mend."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from dialogs.checking.answers import check_answers
from dialogs.checking.code import read_mentions
from dialogs.checking.examples import check_examples, read_source
from dialogs.checking.findings import Finding, Level, error, errors
from dialogs.checking.sources import Source, read_sources
from dialogs.checking.usage import check_usage
from dialogs.checking.wording import check_wording
from dialogs.engine.bot import Bot, load_bot
from dialogs.engine.errors import BotRefused
from dialogs.files import DialogFiles
from dialogs.nlu.gazetteer import faults

_IN_CHINESE = (
    (r"intent (\S+) is not in the domain", r"意图 \1 不在 domain.yml 的 intents 里"),
    (r"entity (\S+) is not in the domain", r"实体 \1 不在 domain.yml 的 entities 里"),
    (r"slot (\S+) is not in the domain", r"词槽 \1 不在 domain.yml 的 slots 里"),
    (r"form (\S+) is not in the domain", r"表单 \1 不在 domain.yml 的 forms 里"),
    (r"there is no action or response (\S+)", r"没有叫 \1 的动作或说法"),
    (r"(\S+) is implemented but not listed under actions in the domain", r"domain.yml 的 actions 里漏写了 \1"),
    (r"there is another rule of this name in (\S+)", r"\1 里已有同名的规则"),
    (r"there is no action among its steps", "规则的步骤里没有 action"),
    (r"a mapping \(key: value\) is expected here", "这里应写成 键: 值"),
    (r"a list \(- item\) is expected here", "这里应写成列表（每行以 - 开头）"),
    (r"a name, or a list of names, is expected here", "这里应是一个名字或名字的列表"),
    (r"has no text", "没有写内容"),
    (r"unknown key (\S+)", r"不认识 \1 这个键"),
    (r"the name of a response begins with utter_", "说法的名字要以 utter_ 开头"),
    (r"(\w+): (\S+) is defined before, in (\S+)", r"\2 已在 \3 里定义过"),
    (r"nothing asks for slot (\S+): write (.+)", r"没有问 \1 的话，请写 \2"),
    (r"calls for (.+) where (.+) calls for (.+)", r"要做 \1，而 \2 在同样情况下要做 \3：两条规则矛盾"),
    (r"never comes to (.+): (.+) calls for (.+) there", r"走不到 \1：\2 在那里要做 \3"),
    (r"fits as well as (.+) at times, but calls for (.+), not (.+)", r"有时和 \1 同样适用，却要做 \2 而不是 \3"),
)
_PLACE = re.compile(r"^(?P<file>[\w.-]+\.ya?ml)?,? ?(?:line (?P<line>\d+))?")
_RULE = re.compile(r"rule “(?P<rule>[^”]+)”")
_NAMED = re.compile(r"(?P<key>slots|forms|responses|intents|entities|actions): (?P<name>\S+?)[:,]")


def check_dialogs(files: DialogFiles, *, today: date | None = None) -> list[Finding]:
    """Everything that can be told from the files alone; those that cannot be read keep the rest from being looked at.

    ``today``: tells as well what is wrong as of that day, answers that have run out among it; an edit is not refused
    for it.

    Raises:
        NoSuchFolder: the office's folder is not there.
    """
    files.check_folder()
    sources, findings = read_sources(files)
    if errors(findings):
        return findings
    findings += check_answers(sources["answers.yml"], today)
    findings += _check_categories(sources["categories.yml"])
    findings += _check_gazetteer(sources["gazetteer.yml"])
    try:
        bot = load_bot(files.dialog(), files.overriding())
    except BotRefused as refused:
        return [*findings, *(_placed(problem, sources, Level.ERROR) for problem in refused.problems)]
    findings += [_placed(problem, sources, Level.WARNING) for problem in bot.warnings]
    return [*findings, *_check_bot(bot, files, sources)]


def _check_bot(bot: Bot, files: DialogFiles, sources: Mapping[str, Source]) -> Iterator[Finding]:
    mentions = read_mentions()
    examples = read_source(sources["nlu.yml"])
    yield from check_usage(bot, sources, mentions, {example.intent for example in examples})
    shipped = load_bot(DialogFiles().dialog()).domain.responses if files.own("responses.yml") else bot.domain.responses
    yield from check_wording(bot, sources["responses.yml"], shipped, mentions)
    yield from check_examples(sources["nlu.yml"], bot.domain.intents)


def _placed(problem: str, sources: Mapping[str, Source], level: Level) -> Finding:
    """A problem that the engine tells, with its line and in Chinese."""
    place = _PLACE.match(problem)
    file = (place and place["file"]) or "domain.yml"
    line = int(place["line"]) if place and place["line"] else _line(problem, sources.get(file))
    return Finding(level=level, file=file, line=line, text=_in_chinese(problem))


def _line(problem: str, source: Source | None) -> int | None:
    if source is None:
        return None
    if found := _RULE.search(problem):
        rules = source.data.get("rules") if isinstance(source.data, Mapping) else ()
        names = [str(rule.get("rule")) if isinstance(rule, Mapping) else "" for rule in rules or ()]
        return source.line("rules", names.index(found["rule"])) if found["rule"] in names else None
    if found := _NAMED.search(problem):
        return source.line(found["key"], found["name"])
    return None


def _in_chinese(problem: str) -> str:
    for english, chinese in _IN_CHINESE:
        if found := re.search(english, problem):
            where = _RULE.search(problem[: found.start()]) or _NAMED.search(problem[: found.start()])
            named = (where["rule"] if "rule" in where.groupdict() else where["name"]) if where else ""
            return f"{f'“{named}”' if named else ''}{found.expand(chinese)}"
    return problem


def _check_categories(source: Source) -> Sequence[Finding]:
    if not isinstance(source.data, Mapping):
        return [error("categories.yml", None, "应写成两级：大类: 下面是 小类: [词, 词]")]
    found = []
    for first, seconds in source.data.items():
        if not isinstance(seconds, Mapping):
            found.append(error("categories.yml", source.line(first), f"{first} 下面应是 小类: [词, 词]"))
            continue
        for second, words in seconds.items():
            if not isinstance(words, list | Mapping):
                line = source.line(first, second)
                found.append(error("categories.yml", line, f"{first}/{second} 后面应是 [词, 词]"))
    return found


def _check_gazetteer(source: Source) -> Sequence[Finding]:
    return [
        error("gazetteer.yml", source.line(*fault.within), f"{'的'.join(fault.within)}：{fault.sentence}".lstrip("："))
        for fault in faults(source.data)
    ]
