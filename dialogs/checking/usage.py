"""What is defined and never used, used and never defined, or can never be reached."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from dialogs.checking.code import Mentions
from dialogs.checking.findings import Finding, error, warning
from dialogs.checking.sources import Source
from dialogs.engine.bot import Bot
from dialogs.engine.domain import DEFAULT_INTENTS
from dialogs.engine.events import LISTEN, REQUESTED_SLOT, SESSION_METADATA_SLOT
from dialogs.engine.forms import asking_names
from dialogs.engine.rule_files import SNIPPET, Script

DOMAIN = "domain.yml"
RULES = "rules.yml"
_RESPONSE = re.compile(r"utter_[a-z0-9_]*[a-z0-9]")
_WORD = re.compile(r"\{([^\n{}]+?)\}")
_PAYLOAD = re.compile(r"/([a-z_]+)")


def check_usage(
    bot: Bot, sources: Mapping[str, Source], mentions: Mentions, with_examples: Collection[str]
) -> Iterator[Finding]:
    """``with_examples``: the intents that ``nlu.yml`` has examples of."""
    domain = sources[DOMAIN]
    reachable = _reachable(bot, mentions, with_examples)
    yield from _check_intents(bot, domain, mentions, reachable)
    yield from _check_slots(bot, domain, mentions)
    yield from _check_actions(bot, domain)
    yield from _check_entities(bot, domain, mentions)
    yield from _check_responses(bot, sources["responses.yml"], mentions)
    yield from _check_rules(bot, sources[RULES], reachable)


def _reachable(bot: Bot, mentions: Mentions, with_examples: Collection[str]) -> set[str]:
    """Intents that something can come to: examples, patterns in the program, or a button."""
    bases = {intent.split("/", 1)[0] for intent in with_examples}
    tapped = set(_PAYLOAD.findall(repr(list(bot.domain.responses.values()))))
    payloads = {found[1] for name in mentions.names if (found := _PAYLOAD.match(name))}
    return {i for i in bot.domain.intents if i in bases | tapped | payloads or mentions.mentions(i)} | {
        *DEFAULT_INTENTS
    }


def _events(bot: Bot, kind: str) -> Iterator[dict[str, Any]]:
    return (event for script in bot.scripts for event in script.events if event["event"] == kind)


def _check_intents(bot: Bot, source: Source, mentions: Mentions, reachable: set[str]) -> Iterator[Finding]:
    in_rules = {event["parse_data"]["intent"]["name"] for event in _events(bot, "user")}
    forms = bot.domain.forms.values()
    in_forms = {name for form in forms for name in (*form.ignored_intents, *form.interrupts)}
    mapped = {n for spec in bot.domain.slots.values() for m in spec.mappings for n in (*m.intents, *m.not_intents)}
    for intent in bot.domain.intents:
        line = source.line("intents", _index(source, "intents", intent))
        if intent in DEFAULT_INTENTS and intent not in in_rules:
            continue
        if intent not in in_rules | in_forms | mapped and not mentions.mentions(intent):
            yield warning(DOMAIN, line, f"意图 {intent} 没有任何规则用到")
        if intent not in reachable:
            yield warning(DOMAIN, line, f"意图 {intent} 永远识别不到：nlu.yml 里没有例句，也没有按钮")


def _index(source: Source, key: str, name: str) -> int:
    """Where a name stands in a list of the domain; -1 where it does not."""
    entries = source.data.get(key) if isinstance(source.data, Mapping) else None
    names = [next(iter(e)) if isinstance(e, Mapping) else str(e) for e in entries or ()]
    return names.index(name) if name in names else -1


def _check_slots(bot: Bot, source: Source, mentions: Mentions) -> Iterator[Finding]:
    spoken = set(_WORD.findall(repr(list(bot.domain.responses.values()))))
    in_conditions = {
        str(condition.get("name"))
        for variants in bot.domain.responses.values()
        for variant in variants
        for condition in variant.get("condition") or ()
    }
    in_rules = {event["name"] for event in _events(bot, "slot")}
    required = {slot for form in bot.domain.forms.values() for slot in form.required_slots}
    used = spoken | in_conditions | in_rules | required | {REQUESTED_SLOT, SESSION_METADATA_SLOT}
    for name in bot.domain.slots:
        if name not in used and not mentions.keeps(name):
            yield warning(DOMAIN, source.line("slots", name), f"词槽 {name} 没有用到")


def _check_actions(bot: Bot, source: Source) -> Iterator[Finding]:
    called = {event["name"] for event in _events(bot, "action")} - {LISTEN, SNIPPET}
    called |= {m.action for spec in bot.domain.slots.values() for m in spec.mappings if m.action}
    for form in bot.domain.forms.values():
        called |= {f"validate_{form.name}", form.reask_action or ""}
        called |= {name for slot in form.required_slots for name in asking_names(form.name, slot)}
        if form.name not in called:
            yield warning(DOMAIN, source.line("forms", form.name), f"表单 {form.name} 没有规则会启动它")
    for name in sorted(bot.domain.actions - called):
        line = source.line("actions", _index(source, "actions", name))
        yield warning(DOMAIN, line, f"动作 {name} 没有任何规则用到")


def _check_entities(bot: Bot, source: Source, mentions: Mentions) -> Iterator[Finding]:
    mapped = {m.entity for spec in bot.domain.slots.values() for m in spec.mappings}
    in_rules = {e["entity"] for event in _events(bot, "user") for e in event["parse_data"]["entities"]}
    for name in sorted(bot.domain.entities):
        if name not in mapped | in_rules and not mentions.mentions(name):
            line = source.line("entities", _index(source, "entities", name))
            yield warning(DOMAIN, line, f"实体 {name} 没有用到")


def _check_responses(bot: Bot, source: Source, mentions: Mentions) -> Iterator[Finding]:
    called = {event["name"] for event in _events(bot, "action")}
    asked = {n for form in bot.domain.forms.values() for slot in form.required_slots for n in asking_names("", slot)}
    for name in bot.domain.responses:
        if name not in called | asked and not mentions.mentions(name) and not _asks(name, bot):
            yield warning("responses.yml", source.line("responses", name), f"{name} 从来不会说出来")
    for name in sorted(mentions.names):
        composed = any(prefix.startswith(name) for prefix in mentions.prefixes)
        if _RESPONSE.fullmatch(name) and name not in bot.domain.responses and not composed:
            yield error("responses.yml", None, f"缺少 {name}：程序会用到它，请补上（可从自带的文件里复制）")


def _asks(name: str, bot: Bot) -> bool:
    return any(
        name in asking_names(form.name, slot) for form in bot.domain.forms.values() for slot in form.required_slots
    )


def _check_rules(bot: Bot, source: Source, reachable: set[str]) -> Iterator[Finding]:
    for script in bot.scripts:
        for event in script.events:
            intent = event["parse_data"]["intent"]["name"] if event["event"] == "user" else ""
            if intent and intent not in reachable:
                yield warning(RULES, _line_of(script, source), f"规则“{script.name}”永远走不到：识别不到意图 {intent}")


def _line_of(script: Script, source: Source) -> int | None:
    rules = source.data.get("rules") if isinstance(source.data, Mapping) else None
    names = [str(rule.get("rule")) if isinstance(rule, Mapping) else "" for rule in rules or ()]
    return source.line("rules", names.index(script.name)) if script.name in names else None
