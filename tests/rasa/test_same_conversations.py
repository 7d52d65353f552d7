"""The dialogs' own conversations, held through both engines: same replies, effects, slots, events."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

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
            resident.cases.own.append(world.case(**known))
    for step in told["steps"]:
        said = step["user"] if isinstance(step["user"], list) else [step["user"]]
        ours, theirs = await pair.embedded.says(*said), await pair.rasa.says(*said)
        assert list(theirs.replies) == list(ours.replies), step
        assert list(theirs.effects) == list(ours.effects), step
        assert theirs.intent == ours.intent
        for part, kept in _comparable(ours.state).items():
            assert _comparable(theirs.state)[part] == kept, (step, part)
    assert pair.fallbacks == []


def _comparable(state: Mapping[str, Any]) -> dict[str, Any]:
    engine = state["engine"] or {}
    kept = {key: engine.get(key) for key in ("slots", "active_loop", "events", "base", "heard", "acted")}
    return {**{key: value for key, value in state.items() if key != "engine"}, **kept}
