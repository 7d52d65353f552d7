"""Intents are learned in a real process, once, and whatever ends it leaves nothing broken."""

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from waiting import within

from bot.understanding.learning import Learning, Outcome
from bot.understanding.store import ModelStore
from bot.understanding.training import NOT_KEPT, frame
from dialogs.nlu.intents import load_intents
from dialogs.ports import EmbedderAway

EXAMPLES = {
    "greet": ["你好", "您好", "早上好", "有人吗", "在不在"],
    "query_progress": ["查进度", "我的事办到哪了", "进度怎么样", "有没有结果", "处理好了吗"],
    "human": ["转人工", "找个人跟我说", "人工客服", "我要真人", "接人工"],
}


class Digests:
    """An embedder that knows texts by their digests; ``held``: it answers when ``go_on`` is set."""

    id = "digests"

    def __init__(self):
        self.asked = 0
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def embed(self, texts, *, role):
        self.asked += 1
        self.begun.set()
        await self.go_on.wait()
        rows = np.array([list(hashlib.sha256(text.encode()).digest()[:16]) for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class Away:
    id = "away"

    async def embed(self, texts, *, role):
        raise EmbedderAway("too_slow")


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path / "models")


@pytest.fixture
def embedder():
    return Digests()


def files(store):
    return {path.name for path in store.folder.iterdir()} - {"training.lock"}


async def test_what_was_learned_can_be_loaded_and_asked(store):
    model = store.intents(EXAMPLES, "")
    assert await Learning(store, seconds=90).learn(EXAMPLES, None, model) is Outcome.THERE
    judgment = await load_intents(model).judge("帮我查一下进度", None)
    assert (judgment.intent, judgment.by, files(store)) == ("query_progress", "light", {model.name})


async def test_two_starts_at_once_learn_once(store, embedder):
    model = store.intents(EXAMPLES, embedder.id)
    embedder.go_on.clear()
    first = asyncio.create_task(Learning(store, seconds=90).learn(EXAMPLES, embedder, model))
    await embedder.begun.wait()
    second = await Learning(ModelStore(store.folder), seconds=90).learn(EXAMPLES, embedder, model)
    embedder.go_on.set()
    assert (await first, second, embedder.asked) == (Outcome.THERE, Outcome.BUSY, 1)
    assert await Learning(store, seconds=90).learn(EXAMPLES, embedder, model) is Outcome.THERE
    assert embedder.asked == 1
    with np.load(model) as learned:
        assert any(name.startswith("dense") for name in learned)


async def test_a_training_that_is_killed_leaves_nothing_and_the_next_one_learns(store, embedder):
    model = store.intents(EXAMPLES, embedder.id)
    embedder.go_on.clear()
    learning = asyncio.create_task(Learning(store, seconds=90).learn(EXAMPLES, embedder, model))
    await embedder.begun.wait()
    for pid in trainings(model):
        os.kill(pid, signal.SIGKILL)
    embedder.go_on.set()
    assert (await learning, files(store)) == (Outcome.FAILED, set())
    assert await Learning(store, seconds=90).learn(EXAMPLES, embedder, model) is Outcome.THERE


async def test_who_began_it_may_be_killed_and_the_turn_is_free_again(store, tmp_path):
    model = store.intents(EXAMPLES, "hangs")
    code = (
        "import asyncio, json, sys\n"
        "from pathlib import Path\n"
        "from bot.understanding.learning import Learning\n"
        "from bot.understanding.store import ModelStore\n"
        "class Hangs:\n"
        "    id = 'hangs'\n"
        "    async def embed(self, texts, *, role):\n"
        "        print('begun', flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "model = Path(sys.argv[1])\n"
        "learning = Learning(ModelStore(model.parent), seconds=90)\n"
        "asyncio.run(learning.learn(json.loads(sys.argv[2]), Hangs(), model))\n"
    )
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, str(model), json.dumps(EXAMPLES)), stdout=asyncio.subprocess.PIPE
    )
    while b"begun" not in await parent.stdout.readline():
        pass
    assert await Learning(store, seconds=90).learn(EXAMPLES, None, model) is Outcome.BUSY
    parent.kill()
    await parent.wait()
    outcome = Outcome.BUSY
    async with within("nobody else learns"):
        while outcome is Outcome.BUSY:  # the training process sees the end of its input, and ends
            await asyncio.sleep(0.05)
            outcome = await Learning(store, seconds=90).learn(EXAMPLES, Away(), model)
    assert (outcome, files(store)) == (Outcome.FAILED, set())


async def test_a_training_that_takes_too_long_is_ended(store, embedder):
    model = store.intents(EXAMPLES, embedder.id)
    embedder.go_on.clear()
    assert await Learning(store, seconds=1).learn(EXAMPLES, embedder, model) is Outcome.FAILED
    assert (trainings(model), files(store)) == ([], set())


async def test_an_embedder_that_is_away_is_a_failure_not_a_worse_model(store):
    model = store.intents(EXAMPLES, "away")
    assert await Learning(store, seconds=90).learn(EXAMPLES, Away(), model) is Outcome.FAILED


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (frame(json.dumps({"examples": EXAMPLES, "embedder_id": ""}).encode()) + frame(b""), NOT_KEPT),
        (b"", 1),  # whoever began it is gone
    ],
)
async def test_a_disk_that_takes_no_model_leaves_no_frames_in_the_log(tmp_path, told, code):
    training = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.understanding.training", str(tmp_path / "gone" / "model.npz"), "60"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await training.communicate(told)
    assert (training.returncode, said) == (code, b"")


def test_the_name_changes_with_examples_and_embedder(store):
    other = {**EXAMPLES, "greet": ["你好"]}
    names = {store.intents(examples, embedder) for examples in (EXAMPLES, other) for embedder in ("", "x")}
    assert len(names) == 4


def test_what_was_left_behind_and_what_is_old_is_removed(store):
    with store.training_turn() as turn:
        assert turn is not None
        for number in range(7):
            path = store.folder / f"intents-{number}.npz"
            path.touch()
            os.utime(path, (number, number))
        (store.folder / ".making-1.npz").touch()
        store.tidy()
    assert files(store) == {f"intents-{number}.npz" for number in (3, 4, 5, 6)}


def trainings(model: Path) -> list[int]:
    """The processes that make ``model``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if str(model).encode() in words and b"bot.understanding.training" in words:
                found.append(int(folder.name))
    return found
