"""What the tests of the engine share: the recorded bot, small bots written on the spot, and a talker."""

import importlib.util
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from dialogs.engine.bot import Bot, load_bot
from dialogs.engine.contract import EngineTurn, Message, Parse
from dialogs.engine.embedded import EmbeddedEngine

GOLDEN = Path(__file__).parents[1] / "golden"
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def _actions_of(folder):
    spec = importlib.util.spec_from_file_location("golden_actions", folder / "actions.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.actions()


@dataclass
class Talk:
    """One conversation; its state goes through JSON between the turns, as in the store."""

    engine: EmbeddedEngine
    channel: str = "collector"
    now: datetime = START
    state: dict[str, Any] | None = None
    turns: list[EngineTurn] = field(default_factory=list)

    async def say(self, text: str, *, payload: str = "", parse: Parse | None = None, metadata=None) -> EngineTurn:
        self.now += timedelta(seconds=1)
        message = Message(
            id=f"m{len(self.turns)}",
            text=text,
            payload=payload,
            parse=parse,
            sender_id="someone",
            channel=self.channel,
            at=self.now,
            metadata=metadata or {},
        )
        turn = await self.engine.turn(self.state, message)
        self.state = json.loads(json.dumps(turn.state))
        self.turns.append(turn)
        return turn

    async def heard(self, text: str, **more: Any) -> list[str | None]:
        """The texts that answer ``text``."""
        return [message.get("text") for message in (await self.say(text, **more)).messages]

    def slot(self, name: str) -> Any:
        return self.state["slots"].get(name)


@pytest.fixture(scope="session")
def golden_bot() -> Bot:
    return load_bot([GOLDEN / "domain.yml", GOLDEN / "data"])


@pytest.fixture
def golden_talk(golden_bot: Bot) -> Callable[..., Talk]:
    """A conversation with the recorded bot."""

    def start(**more: Any) -> Talk:
        return Talk(EmbeddedEngine(bot=golden_bot, actions=_actions_of(GOLDEN), chance=Random(1), **more))

    return start


@pytest.fixture(scope="session")
def endless_bot(tmp_path_factory: pytest.TempPathFactory) -> Bot:
    """The recorded bot, whose sessions never end here."""
    domain = tmp_path_factory.mktemp("endless") / "domain.yml"
    written = (GOLDEN / "domain.yml").read_text("utf-8")
    ending = "session_expiration_time: 60"
    assert ending in written
    domain.write_text(written.replace(ending, "session_expiration_time: 0"), "utf-8")
    return load_bot([domain, GOLDEN / "data"])


@pytest.fixture
def endless_talk(endless_bot: Bot) -> Callable[..., Talk]:
    def start(**more: Any) -> Talk:
        return Talk(EmbeddedEngine(bot=endless_bot, actions=_actions_of(GOLDEN), chance=Random(1), **more))

    return start


@pytest.fixture(scope="session")
def second_bot() -> Bot:
    return load_bot([GOLDEN / "more" / "domain", GOLDEN / "more" / "data"])


@pytest.fixture
def second_talk(second_bot: Bot) -> Callable[..., Talk]:
    """A conversation with the second recorded bot."""

    def start(**more: Any) -> Talk:
        return Talk(EmbeddedEngine(bot=second_bot, actions=_actions_of(GOLDEN / "more"), chance=Random(1), **more))

    return start


Write = Callable[..., Bot]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write YAML files (name without .yml = content) and load them as a bot."""

    def write_and_load(**files: str) -> Bot:
        paths = []
        for name, content in files.items():
            path = tmp_path / f"{name}.yml"
            path.write_text(content, encoding="utf-8")
            paths.append(path)
        return load_bot(paths)

    return write_and_load


@pytest.fixture
def talk() -> Callable[..., Talk]:
    def start(bot: Bot, actions: Sequence[Any] = (), *, channel: str = "collector", **more: Any) -> Talk:
        return Talk(EmbeddedEngine(bot=bot, actions=actions, chance=Random(1), **more), channel=channel)

    return start
