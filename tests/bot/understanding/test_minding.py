"""The understanding of a running process: filled when it can be, exchanged whole, never left broken."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from waiting import quicker_than, soon

from bot.metrics import Metrics
from bot.understanding.embedders import Source
from bot.understanding.learning import Learning, Outcome
from bot.understanding.minding import Habits, Minder
from bot.understanding.store import ModelStore
from dialogs.files import DialogFiles
from dialogs.nlu.category import Calibration, CategoryWeights
from dialogs.nlu.examples import read_examples
from dialogs.ports import EmbedderAway, EmbeddingRole
from dialogs.understanding import Understanding

NLU = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - 你好
    - 您好
    - 早上好
    - 有人吗
- intent: human
  examples: |
    - 转人工
    - 人工客服
    - 我要真人
    - 找个人跟我说
"""


class Refused:
    """An embedder that turned out to be another file than was vetted."""

    id = "refused"
    refused = "与核定的 SHA-256 不符"

    async def embed(self, texts, *, role):
        raise EmbedderAway("refused")

    async def warm(self):
        raise EmbedderAway("refused")

    async def aclose(self):
        pass


class Slow:
    """An embedder that takes its time."""

    id = "slow"
    refused = ""

    def __init__(self):
        self.go_on = asyncio.Event()

    async def embed(self, texts, *, role):
        await self.go_on.wait()
        rows = np.random.default_rng(1).normal(size=(len(texts), 8)).astype(np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    async def warm(self):
        pass

    async def aclose(self):
        pass


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "dialog"
    made.mkdir()
    (made / "nlu.yml").write_text(NLU, "utf-8")
    return made


@pytest.fixture
def store(tmp_path) -> ModelStore:
    return ModelStore(tmp_path / "models")


@pytest.fixture(scope="module")
def learned(tmp_path_factory) -> Path:
    """The model of ``NLU`` without embeddings, made once."""
    folder = tmp_path_factory.mktemp("learned")
    (folder / "nlu.yml").write_text(NLU, "utf-8")
    examples = read_examples(folder / "nlu.yml")
    store = ModelStore(folder)
    model = store.intents(examples, "")
    assert asyncio.run(Learning(store, seconds=90).learn(examples, None, model)) is Outcome.THERE
    return model


def minder(store, folder, *, embedder=None, patience=0.0, metrics=None):
    understanding = Understanding()
    made = Minder(
        understanding,
        source=Source(embedder=embedder, said="测试"),
        store=store,
        files=DialogFiles(folder=folder),
        metrics=metrics or Metrics(),
        habits=Habits(patience=patience, warms=True, seconds=90, poll_seconds=0.02),
    )
    return understanding, made


@contextlib.asynccontextmanager
async def running(made: Minder) -> AsyncIterator[None]:
    task = asyncio.create_task(made.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(said) -> None:
    await soon(said, "the understanding is as it was to become")


def put(learned: Path, store: ModelStore) -> Path:
    store.folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(learned, store.folder / learned.name))


async def test_the_first_start_learns_while_the_bot_works_and_the_next_finds_it(store, folder):
    understanding, made = minder(store, folder)
    assert made.said().startswith("intents: patterns only")
    async with running(made):
        await until(lambda: understanding.intents is not None)
    assert (await understanding.intents.judge("请转人工", None)).intent == "human"
    assert made.said().startswith("intents: trained")
    second, again = minder(store, folder, patience=60)
    with quicker_than(30, "finding what was learned"):
        async with running(again):
            await until(lambda: second.intents is not None)


async def test_the_light_tier_alone_serves_until_both_are_learned(store, folder):
    slow = Slow()
    understanding, made = minder(store, folder, embedder=slow)
    async with running(made):
        await until(lambda: understanding.intents is not None)
        first = understanding.intents
        assert (await first.judge("请转人工", None)).intent == "human"
        slow.go_on.set()
        await until(lambda: understanding.intents is not first)
    assert len(list(store.folder.glob("intents-*.npz"))) == 2


async def test_what_another_process_learned_is_taken_up(store, folder, learned):
    understanding, made = minder(store, folder, patience=60)
    async with running(made):
        await asyncio.sleep(0.1)
        assert understanding.intents is None
        put(learned, store)
        await until(lambda: understanding.intents is not None)


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04 not a model", "cut"])
async def test_a_model_that_is_broken_is_set_aside(store, folder, learned, broken):
    model = put(learned, store)
    model.write_bytes(learned.read_bytes()[:-200] if broken == "cut" else broken)
    understanding, made = minder(store, folder, patience=60)
    async with running(made):
        await until(lambda: not model.exists())
        assert understanding.intents is None
        put(learned, store)
        await until(lambda: understanding.intents is not None)
    assert model.with_suffix(".broken").exists()


async def test_edited_examples_are_learned_anew_and_the_old_model_serves_meanwhile(store, folder, learned):
    put(learned, store)
    understanding, made = minder(store, folder)
    async with running(made):
        await until(lambda: understanding.intents is not None)
        before = understanding.intents
        (folder / "nlu.yml").write_text(
            NLU + "- intent: thanks\n  examples: |\n    - 谢谢\n    - 多谢\n    - 感谢\n", "utf-8"
        )
        await until(lambda: understanding.intents is not before)
    judgment = await understanding.intents.judge("谢谢你们", None)
    assert judgment.intent == "thanks"


async def test_examples_that_cannot_be_read_leave_the_model_in_use(store, folder, learned):
    put(learned, store)
    understanding, made = minder(store, folder)
    async with running(made):
        await until(lambda: understanding.intents is not None)
        before = understanding.intents
        (folder / "nlu.yml").write_text("nlu: [", "utf-8")
        await asyncio.sleep(0.2)
        assert understanding.intents is before


async def test_an_embedder_that_is_refused_is_left_out_and_told_and_the_light_tier_works(store, folder, learned):
    put(learned, store)
    understanding, made = minder(store, folder, embedder=Refused())
    async with running(made):
        await until(lambda: understanding.intents is not None and understanding.embedder is None)
    assert "SHA-256" in made.said()


async def test_judgments_are_counted_by_tier(store, folder, learned):
    put(learned, store)
    metrics = Metrics()
    understanding, made = minder(store, folder, metrics=metrics)
    async with running(made):
        await until(lambda: understanding.intents is not None)
    await understanding.intents.judge("转人工", None)
    assert b'petition_intent_judgments_total{by="light",in_scope="yes"} 1.0' in metrics.exposition()


async def test_failures_of_the_embedder_are_counted_by_reason(store, folder):
    metrics = Metrics()
    understanding, _ = minder(store, folder, embedder=Refused(), metrics=metrics)
    with pytest.raises(EmbedderAway):
        await understanding.embedder.embed(["一"], role=EmbeddingRole.QUERY)
    assert b'petition_embedding_failures_total{reason="refused"} 1.0' in metrics.exposition()


async def test_a_category_model_is_taken_up_exchanged_and_a_broken_one_refused(store, folder):
    understanding, made = minder(store, folder, patience=60)
    store.folder.mkdir()
    async with running(made):
        shipped = understanding.category
        keep(store, "噪音", "路灯")
        await until(lambda: understanding.category is not shipped)
        assert set(understanding.category.labels) == {"噪音", "路灯"}
        keep(store, "供水", "供电")
        await until(lambda: set(understanding.category.labels) == {"供水", "供电"})
        (store.folder / "new").write_bytes(b"broken")
        (store.folder / "new").replace(store.category)
        await asyncio.sleep(0.2)
        assert set(understanding.category.labels) == {"供水", "供电"}


def keep(store: ModelStore, *labels: str) -> None:
    same = Calibration(matrix=np.eye(2, dtype=np.float32), offset=np.zeros(2, dtype=np.float32), threshold=0.5)
    weights = CategoryWeights(
        labels=labels,
        grams=np.array([1, 2], dtype=np.uint32),
        idf=np.ones(2, dtype=np.float16),
        weights=np.eye(2, dtype=np.float16),
        bias=np.zeros(2, dtype=np.float32),
        with_detail=Calibration(matrix=np.vstack([same.matrix] * 2), offset=same.offset, threshold=0.5),
        body_only=same,
        title_only=same,
    )
    weights.save(store.folder / "new")
    (store.folder / "new").replace(store.category)
