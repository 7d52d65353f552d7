"""What the bot says: words in braces, variations, length in a text message."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dialogs.checking.code import Mentions
from dialogs.checking.findings import Finding, error, warning
from dialogs.checking.sources import Source
from dialogs.engine.bot import Bot

FILE = "responses.yml"
_WORD = re.compile(r"(?<!\{)\{([^\n{}]+?)\}(?!\})")
_DOUBLED = re.compile(r"\{\{|\}\}")
_ONE = 70
_EACH = 67
_MOST_SEGMENTS = 3
"""Text messages in Chinese: 70 characters in one, 67 in each of several. More than three are not read."""
_FILLED = 8
"""How long a word in braces is taken to be when it is put in."""


def check_wording(bot: Bot, source: Source, shipped: Mapping[str, Any], mentions: Mentions) -> Iterator[Finding]:
    """``source``: the file that editors write; ``shipped``: the responses as they ship."""
    for name, variants in bot.domain.responses.items():
        if name not in source.section("responses"):
            continue
        line = source.line("responses", name)
        yield from _check_variants(name, variants, line)
        fills = set(mentions.words.get(name, _texts_words(shipped.get(name) or ())))
        yield from _check_braces(name, variants, line, fills, fills | bot.domain.slots.keys())
        yield from _check_missing(name, variants, line, _texts_words(shipped.get(name) or ()))
        yield from _check_length(name, variants, line)
    for name in source.section("responses").keys() - shipped.keys():
        if source.own and not mentions.mentions(str(name)):
            yield warning(FILE, source.line("responses", str(name)), f"{name} 是新的名字，原来没有，不会被说出来")


def _texts_words(variants: Sequence[Mapping[str, Any]]) -> set[str]:
    return {word for variant in variants for word in _WORD.findall(str(variant.get("text") or ""))}


def _check_braces(
    name: str, variants: Sequence[Mapping[str, Any]], line: int | None, fills: set[str], known: set[str]
) -> Iterator[Finding]:
    can = f"这里可用的有 {'、'.join(sorted(fills))}" if fills else "这里没有可填的词"
    for variant in variants:
        text = str(variant.get("text") or "")
        for word in dict.fromkeys(_WORD.findall(text)):
            if word not in known:
                yield error(FILE, line, f"{name} 里的 {{{word}}} 没有人填，市民会看到花括号；{can}")
        if set("{}") & set(_WORD.sub("", _DOUBLED.sub("", text))):
            yield error(FILE, line, f"{name} 里的花括号没有成对")


def _check_missing(
    name: str, variants: Sequence[Mapping[str, Any]], line: int | None, expected: set[str]
) -> Iterator[Finding]:
    for variant in variants:
        for word in sorted(expected - _texts_words([variant])):
            if not variant.get("channel") and not variant.get("condition"):
                yield warning(FILE, line, f"{name} 原来有 {{{word}}}，现在没有了：市民看不到这一项")


def _check_variants(name: str, variants: Sequence[Mapping[str, Any]], line: int | None) -> Iterator[Finding]:
    plain = [v for v in variants if not v.get("channel") and not v.get("condition")]
    if not plain:
        yield warning(FILE, line, f"{name} 只有特定渠道或条件下的说法，其他时候什么也不说：请加一条不带条件的")
    if any(not (str(v.get("text") or "").strip() or v.get("custom") or v.get("image")) for v in variants):
        yield error(FILE, line, f"{name} 有一条说法是空的")
    seen: set[str] = set()
    for variant in variants:
        key = repr(sorted((k, str(v)) for k, v in variant.items()))
        if key in seen:
            yield warning(FILE, line, f"{name} 有两条完全一样的说法")
        seen.add(key)


def _check_length(name: str, variants: Sequence[Mapping[str, Any]], line: int | None) -> Iterator[Finding]:
    by_sms = [v for v in variants if v.get("channel") == "sms"] or [v for v in variants if not v.get("channel")]
    for variant in by_sms:
        text = str(variant.get("text") or "")
        length = len(_WORD.sub("字" * _FILLED, text))
        segments = 1 if length <= _ONE else -(-length // _EACH)
        if variant.get("channel") == "sms" and segments > 1:
            yield warning(FILE, line, f"{name} 的短信说法约 {length} 字，超过 {_ONE} 字，会拆成 {segments} 条")
        elif segments > _MOST_SEGMENTS:
            yield warning(FILE, line, f"{name} 约 {length} 字，发短信要 {segments} 条：请加一条 channel: sms 的短说法")
