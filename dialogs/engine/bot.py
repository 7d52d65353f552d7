"""A bot, read from its files and checked: what can be known wrong before anyone talks to it is told at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .checks import find_problems_of_rules
from .domain import EXTENSIONS, Domain
from .domain_files import build_domain
from .errors import BotRefused
from .events import LISTEN
from .files import Findings, Part, overridden, read_parts
from .forms import asking_names
from .performing import DEFAULT_ACTIONS
from .places import located
from .prediction import FALLBACK
from .rule_files import SNIPPET, Script, read_rules
from .rules import RuleBook, compile_rules

_DOMAIN_KEYS = frozenset(
    {"intents", "entities", "slots", "forms", "actions", "responses", "session_config", EXTENSIONS}
)
# Read by others: examples by the interpreter, the rest by a Rasa server only.
_OTHERS = frozenset({"version", "nlu", "config", "recipe", "assistant_id", "language", "pipeline", "policies"})
_REFUSED = {
    "stories": "stories are not run by this engine; write a rule, or a form",
    "e2e_actions": "end-to-end actions are not run by this engine",
}


_POLICY = {"core_fallback_action_name": FALLBACK, "enable_fallback_prediction": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """What the engine runs. ``warnings``: what runs, but probably not as meant."""

    domain: Domain
    scripts: Sequence[Script] = field(repr=False)
    rules: RuleBook = field(repr=False)
    warnings: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()


def load_bot(paths: Sequence[Path], overriding: Sequence[Path] = ()) -> Bot:
    """Read a bot from files and folders of Rasa 3 YAML; what ``overriding`` files define goes before the rest.

    Raises:
        BotRefused: with every problem found, each with its file, line and name.
    """
    findings, files = Findings(), (*overriding, *paths)
    parts = overridden(read_parts(paths, findings), read_parts(overriding, findings))
    for part in parts:
        _check_key(part, findings)
    domain = build_domain(parts, findings)
    scripts = read_rules(parts, domain, findings)
    _refuse_if(findings, files)
    rules = compile_rules(scripts, domain)
    find_problems_of_rules(scripts, rules, domain, findings)
    _check_asking(domain, findings)
    _refuse_if(findings, files)
    return Bot(domain=domain, scripts=scripts, rules=rules, warnings=tuple(findings.warnings), files=files)


def _refuse_if(findings: Findings, files: Sequence[Path]) -> None:
    if findings.problems:
        raise BotRefused(located(findings.problems, files))


def _check_key(part: Part, findings: Findings) -> None:
    if part.key in _REFUSED and part.value:
        findings.problem(f"{part.file}, {part.key}", _REFUSED[part.key])
    elif part.key == "policies":
        _check_policies(part, findings)
    elif part.key not in {*_DOMAIN_KEYS, *_OTHERS, *_REFUSED, "rules"}:
        findings.problem(f"{part.file}, {part.key}", f"unknown key {part.key}")


def _check_policies(part: Part, findings: Findings) -> None:
    """Rules alone decide here, with Rasa's own fallback."""
    where = f"{part.file}, policies"
    for raw in findings.items(part.value, where):
        policy = findings.mapping(raw, where)
        name = policy.pop("name", None)
        if name != "RulePolicy":
            findings.problem(f"{where}: name", f"policy {name} is not run by this engine; RulePolicy is")
        for key, value in policy.items():
            if key in _POLICY and value != _POLICY[key]:
                findings.problem(f"{where}: name", f"{key} must be {_POLICY[key]} for this engine, or left out")


def _check_asking(domain: Domain, findings: Findings) -> None:
    for form in domain.forms.values():
        for slot in form.required_slots:
            names = asking_names(form.name, slot)
            if not any(name in domain.actions or name in domain.responses for name in names):
                findings.warn(f"form {form.name}", f"nothing asks for slot {slot}: write {' or '.join(names[1::2])}")


def check_actions(bot: Bot, implemented: frozenset[str]) -> None:
    """Compare what the bot calls for with the actions there are.

    Raises:
        BotRefused: an action is called for that nobody implements, or one is given that the domain does not list.
    """
    findings = Findings()
    domain = bot.domain
    for name in sorted(implemented - domain.actions):
        findings.problem("actions", f"{name} is implemented but not listed under actions in the domain")
    for where, name in _called(bot):
        known = name in implemented or name in domain.forms or name in DEFAULT_ACTIONS
        if not known and not _is_response(name, domain):
            findings.problem(where, f"there is no action or response {name}")
    _refuse_if(findings, bot.files)


def _is_response(name: str, domain: Domain) -> bool:
    return name in domain.responses or any(response.startswith(f"{name}/") for response in domain.responses)


def _called(bot: Bot) -> Iterator[tuple[str, str]]:
    """Every action that rules, slots, forms and the fallback call for, with the place."""
    for script in bot.scripts:
        yield from ((script.where, e["name"]) for e in script.events if _is_call(e))
    for spec in bot.domain.slots.values():
        yield from ((f"slot {spec.name}", m.action) for m in spec.mappings if m.action)
    for form in bot.domain.forms.values():
        where = f"form {form.name}"
        if form.reask_action:
            yield where, form.reask_action
        called = (f"validate_{form.name}", *(n for slot in form.required_slots for n in asking_names(form.name, slot)))
        yield from ((where, name) for name in called if name in bot.domain.actions)
    yield "the fallback", FALLBACK


def _is_call(event: dict[str, object]) -> bool:
    return event["event"] == "action" and event["name"] not in {SNIPPET, LISTEN}
