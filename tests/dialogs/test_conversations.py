"""The conversations in ``conversations/*.yml``, held on the real engine.

A step: ``user`` (a text, a list heard together, or ``{image: id}``, ``{location: label}``, ``{event: name key}``,
``{tap: payload}``…); ``bot``: what the answer contains; ``never``: what it does not; ``effects``: exactly these, each
with the fields given; ``gathers``: whether more is waited for before it is answered; ``after``: hours that pass
first. ``cases`` at the top are those the person has; ``channel`` and ``sender`` where it matters how they write.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

FOLDER = Path(__file__).parent / "conversations"


def _conversations() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*.yml")):
        for told in YAML(typ="safe").load(file):
            yield pytest.param(told, id=f"{file.stem}: {told['name']}")


@pytest.mark.parametrize("told", list(_conversations()))
async def test_the_conversation_goes_as_written(told: Mapping[str, Any], helpers: dict[str, Any]) -> None:
    by = {name: told[name] for name in ("channel", "sender") if name in told}
    resident = helpers["Resident"](first_contact=told.get("first_contact", False), **by)
    for known in told.get("cases", ()):  # oldest first
        resident.cases.own.append(helpers["case"](**known))
    for known in told.get("others", ()):
        resident.cases.others[known["number"]] = (known["code"], _stranger(known["number"], helpers))
    for step in told["steps"]:
        await _hold(resident, step, helpers)


async def _hold(resident: Any, step: Mapping[str, Any], helpers: dict[str, Any]) -> None:
    said = step["user"] if isinstance(step["user"], list) else [step["user"]]
    resident.now += timedelta(hours=step.get("after", 0))
    if "gathers" in step:
        assert resident.manager.gathers(resident.state, [resident.heard(one) for one in said]) is step["gathers"], step
    outcome = await resident.says(*said)
    text = helpers["spoken"](outcome)
    for reply in outcome.replies:
        _check_choices(reply)
    for part in _listed(step.get("bot")):
        assert part in text, f"{step['user']!r}: {part!r} is not in:\n{text}"
    for part in _listed(step.get("never")):
        assert part not in text, f"{step['user']!r}: {part!r} is in:\n{text}"
    if step.get("silent"):
        assert not text
    _check_effects(outcome.effects, step.get("effects", []), step)


def _check_choices(reply: Any) -> None:
    """What an action offers stands in the text with its number; of a case the number alone is the button."""
    shown = re.findall(r"(?:^|　)(\d) ([^\n　]+)", reply.text, re.MULTILINE)
    if not (shown and reply.buttons):
        return
    assert [int(n) for n, _ in shown] == list(range(1, len(reply.buttons) + 1)), reply
    for (_, line), button in zip(shown, reply.buttons, strict=True):
        assert line == button.title or line.startswith(f"{button.title}《"), reply


def _check_effects(effects: Any, expected: list[Mapping[str, Any]], step: Mapping[str, Any]) -> None:
    assert [type(e).__name__ for e in effects] == [e["kind"] for e in expected], (step, effects)
    for effect, wanted in zip(effects, expected, strict=True):
        got = {name: _plain(getattr(effect, name)) for name in wanted if name != "kind"}
        assert got == {name: value for name, value in wanted.items() if name != "kind"}, step


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _stranger(number: str, helpers: dict[str, Any]) -> Any:
    from dataclasses import replace

    return replace(helpers["case"](number, "别人的事"), full=False, title="", steps=())


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
