"""Examples in ``nlu.yml`` that contradict each other, or that nobody can learn from."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dialogs.checking.findings import Finding, error, warning
from dialogs.checking.sources import Source, read_sources
from dialogs.files import DialogFiles
from dialogs.text.clean import clean, words_only

FILE = "nlu.yml"
_NEARLY = 0.85
_FEWEST = 3
_SHORTEST = 5
"""Characters: shorter texts are near each other by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One line of an intent's examples. ``key``: what is left of it when marks and spaces do not count."""

    intent: str
    text: str
    key: str
    line: int | None


def read_source(source: Source) -> list[Example]:
    """All examples with their lines; entries that are no intents (synonyms, lookups) are passed over."""
    found: list[Example] = []
    entries = source.data.get("nlu") if isinstance(source.data, Mapping) else None
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, Mapping) and isinstance(entry.get("examples"), str) and "intent" in entry:
            found += _examples(entry, source.line("nlu", number, "examples"))
    return found


def _examples(entry: Mapping[str, Any], start: int | None) -> Iterator[Example]:
    for offset, line in enumerate(str(entry["examples"]).splitlines(), 1):
        text = line.strip().removeprefix("-").strip()
        if text:
            key = words_only(clean(text)).lower()
            yield Example(intent=str(entry["intent"]), text=text, key=key, line=start + offset if start else None)


def check_examples(source: Source, intents: Mapping[str, object]) -> Iterator[Finding]:
    """``intents``: those of the domain."""
    examples = read_source(source)
    yield from _check_entries(source, intents)
    yield from _check_same(examples)
    yield from _check_near(examples)
    count: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        count[example.intent].append(example)
    for intent, those in count.items():
        if len(those) < _FEWEST:
            yield warning(FILE, those[0].line, f"{intent} 只有 {len(those)} 个例句，至少写 {_FEWEST} 个才学得会")


def _check_entries(source: Source, intents: Mapping[str, object]) -> Iterator[Finding]:
    entries = source.data.get("nlu") if isinstance(source.data, Mapping) else None
    if not isinstance(entries, list):
        yield error(FILE, None, "应以 nlu: 开头，下面是 - intent: 和 examples: |")
        return
    for number, entry in enumerate(entries):
        line = source.line("nlu", number)
        if not isinstance(entry, Mapping) or not isinstance(entry.get("examples"), str):
            yield error(FILE, line, "这一项缺少 examples: |（例句每行以 - 开头）")
            continue
        intent = str(entry.get("intent", "")).split("/", 1)[0]
        if intent and intent not in intents:
            yield error(FILE, line, f"意图 {intent} 不在 domain.yml 的 intents 里")
        for offset, text in enumerate(entry["examples"].splitlines(), 1):
            if text.strip() and not text.strip().startswith("-"):
                yield error(FILE, line and line + offset + 1, f"例句要以 - 开头：{text.strip()[:20]}")


def _check_same(examples: list[Example]) -> Iterator[Finding]:
    first: dict[str, Example] = {}
    for example in examples:
        before = first.setdefault(example.key, example)
        if before is example:
            continue
        where = f"第{before.line}行" if before.line else "前面"
        if before.intent != example.intent:
            yield error(
                FILE, example.line, f"“{example.text}”在 {example.intent} 下，{where}却在 {before.intent} 下：只留一处"
            )
        else:
            yield warning(FILE, example.line, f"“{example.text}”和{where}重复")


def _check_near(examples: list[Example]) -> Iterator[Finding]:
    """Nearly the same words under two intents: by their pairs of characters."""
    pairs = [_pairs(example.key) for example in examples]
    holding: dict[str, list[int]] = defaultdict(list)
    for number, those in enumerate(pairs):
        for pair in those:
            holding[pair].append(number)
    for number, example in enumerate(examples):
        if len(example.key) < _SHORTEST:
            continue
        rivals = {n for pair in pairs[number] for n in holding[pair] if n < number}
        for rival in sorted(rivals):
            other = examples[rival]
            if other.intent == example.intent or other.key == example.key or len(other.key) < _SHORTEST:
                continue
            if _alike(pairs[number], pairs[rival]) >= _NEARLY:
                yield warning(
                    FILE,
                    example.line,
                    f"“{example.text}”（{example.intent}）和第{other.line}行“{other.text}”（{other.intent}）几乎一样",
                )


def _pairs(key: str) -> set[str]:
    return {key[i : i + 2] for i in range(len(key) - 1)}


def _alike(one: set[str], other: set[str]) -> float:
    """Dice's coefficient."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


async def check_judged(files: DialogFiles, judge: Callable[[str], Awaitable[str | None]]) -> list[Finding]:
    """Each example that ``judge``, a model that has learned it, takes for another intent all the same."""
    sources, _ = read_sources(files)
    found = []
    for example in read_source(sources[FILE]):
        taken_for, meant = await judge(example.text), example.intent.split("/", 1)[0]
        if taken_for is not None and taken_for != meant:
            told = f"“{example.text}”（{meant}）学过之后仍会被当成 {taken_for}：两边的例句太像，改写或删去一句"
            found.append(warning(FILE, example.line, told))
    return found
