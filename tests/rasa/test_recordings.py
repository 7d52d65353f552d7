"""What the embedded engine is held to is what a real Rasa server says: the recorded conversations, held once more."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import rasa_peer

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(900)]

GOLDEN = Path(__file__).parents[1] / "dialogs" / "golden"


@pytest.mark.parametrize(
    ("bot", "recordings"),
    [(GOLDEN, ("golden.json", "more.json")), (GOLDEN / "more", ("golden.json",))],
    ids=["the first bot", "the second bot"],
)
def test_a_real_server_says_what_was_recorded(bot: Path, recordings: tuple[str, ...], tmp_path: Path) -> None:
    with rasa_peer.recorded_bot(bot, tmp_path) as url:
        for name in recordings:
            kept: dict[str, list[dict[str, Any]]] = json.loads((bot / name).read_text("utf-8"))
            said = {scenario: [turn["user"] for turn in turns] for scenario, turns in kept.items()}
            now = asyncio.run(rasa_peer.record_all(url, said))
            differ = {scenario: (now[scenario], kept[scenario]) for scenario in kept if now[scenario] != kept[scenario]}
            assert differ == {}
