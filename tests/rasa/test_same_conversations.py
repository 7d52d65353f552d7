"""The dialogs' own conversations, held through both engines: same replies, effects, slots, events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from dialogs.engine.bot import load_bot
from dialogs.files import DialogFiles

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore:Your versions of rasa and rasa_sdk:UserWarning"),
]

FOLDER = Path(__file__).parents[1] / "dialogs" / "conversations"


def _conversations() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*.yml")):
        for told in YAML(typ="safe").load(file):
            yield pytest.param(told, id=f"{file.stem}: {told['name']}")


@pytest.mark.parametrize("told", list(_conversations()))
async def test_a_conversation_goes_the_same_way_on_both_engines(told: Mapping[str, Any], pair: Any, world: Any) -> None:
    pair.begin(first_contact=told.get("first_contact", False))
    for known in told.get("cases", ()):
        for resident in (pair.embedded, pair.rasa):
            resident.cases.own.append(world.view(**known))
    for known in told.get("others", ()):
        for resident in (pair.embedded, pair.rasa):
            resident.cases.others[known["number"]] = (known["code"], _of_a_stranger(world, known["number"]))
    for step in told["steps"]:
        for resident in (pair.embedded, pair.rasa):
            resident.now += timedelta(hours=step.get("after", 0))
        said = step["user"] if isinstance(step["user"], list) else [step["user"]]
        ours, theirs = await pair.embedded.says(*said), await pair.rasa.says(*said)
        assert _heard(theirs.replies) == _heard(ours.replies), step
        assert list(theirs.effects) == list(ours.effects), step
        assert theirs.intent == ours.intent
        for part, kept in _comparable(ours.state).items():
            assert _one_variation(_comparable(theirs.state)[part]) == _one_variation(kept), (step, part)
    assert pair.fallbacks == []


def _of_a_stranger(world: Any, number: str) -> Any:
    return replace(world.view(number, ""), full=False, steps=())


def _equal_variations() -> dict[str, str]:
    """The texts among which either engine draws lots by itself, each with the one that stands for them all."""
    drawn: dict[tuple[str, ...], list[str]] = {}
    for name, variants in load_bot(DialogFiles().dialog()).domain.responses.items():
        for variant in variants:
            when = (name, str(variant.get("channel")), str(variant.get("condition")))
            drawn.setdefault(when, []).append(str(variant.get("text")))
    return {text: texts[0] for texts in drawn.values() for text in texts[1:]}


EQUAL = _equal_variations()


def _one_variation(said: Any) -> Any:
    match said:
        case str():
            for text, first in EQUAL.items():
                said = said.replace(text, first)
            return said
        case list() | tuple():
            return [_one_variation(part) for part in said]
        case dict():
            return {key: _one_variation(part) for key, part in said.items()}
        case _:
            return said


def _heard(replies: Sequence[Any]) -> list[Any]:
    return [replace(reply, text=_one_variation(reply.text)) for reply in replies]


def _comparable(state: Mapping[str, Any]) -> dict[str, Any]:
    engine = state["engine"] or {}
    kept = {key: engine.get(key) for key in ("slots", "active_loop", "events", "base", "heard", "acted")}
    return {**{key: value for key, value in state.items() if key != "engine"}, **kept}
