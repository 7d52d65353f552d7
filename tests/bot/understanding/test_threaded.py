"""One thread, a bounded queue, a time limit: a slow or broken model never stops the service."""

import asyncio
import threading

import numpy as np
import pytest

from bot.understanding.errors import ModelRefused
from bot.understanding.threaded import WAITED_FOR, ThreadedEmbedder
from dialogs.ports import EmbedderAway, EmbeddingRole


class Counting:
    """A model of two numbers that counts what it is asked, and waits where it is told to."""

    def __init__(self):
        self.texts = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.begun = threading.Event()

    def embed(self, text, role):
        self.texts.append(text)
        self.begun.set()
        assert self.go_on.wait(20)
        if text == "breaks":
            raise ValueError(text)
        return np.array([1, 0] if role is EmbeddingRole.QUERY else [0, 1], dtype=np.float32)


@pytest.fixture
async def embedder():
    model = Counting()
    made = ThreadedEmbedder(lambda: model, id="counting", seconds=5)
    made.model = model
    yield made
    model.go_on.set()
    await made.aclose()


async def test_each_text_has_its_row(embedder):
    rows = await embedder.embed(["a", "b", "c"], role=EmbeddingRole.QUERY)
    assert rows.tolist() == [[1, 0]] * 3


async def test_no_texts_are_no_rows(embedder):
    assert len(await embedder.embed([], role=EmbeddingRole.QUERY)) == 0


async def test_a_text_is_embedded_once_for_each_role(embedder):
    for _ in range(2):
        await embedder.embed(["a"], role=EmbeddingRole.QUERY)
        await embedder.embed(["a"], role=EmbeddingRole.PASSAGE)
    assert embedder.model.texts == ["a", "a"]


async def test_what_a_caller_does_to_its_rows_is_its_own(embedder):
    rows = await embedder.embed(["a"], role=EmbeddingRole.QUERY)
    rows[0] = 7
    assert (await embedder.embed(["a"], role=EmbeddingRole.QUERY)).tolist() == [[1, 0]]


async def test_a_model_that_is_too_slow_is_away_and_the_loop_goes_on():
    model = Counting()
    model.go_on.clear()
    slow = ThreadedEmbedder(lambda: model, id="slow", seconds=0.05)
    with pytest.raises(EmbedderAway, match="too_slow"):
        await slow.embed(["a"], role=EmbeddingRole.QUERY)
    model.go_on.set()
    assert (await slow.embed(["b"], role=EmbeddingRole.QUERY)).tolist() == [[1, 0]]
    await slow.aclose()


async def test_what_was_given_up_is_not_worked_through_afterwards():
    model = Counting()
    model.go_on.clear()
    slow = ThreadedEmbedder(lambda: model, id="slow", seconds=0.05)
    with pytest.raises(EmbedderAway):
        await slow.embed(["a", "b", "c"], role=EmbeddingRole.QUERY)
    model.go_on.set()
    await slow.embed(["d"], role=EmbeddingRole.QUERY)
    await slow.aclose()
    assert model.texts == ["a", "d"]


async def test_somebody_who_waits_goes_before_a_long_list(embedder):
    embedder.model.go_on.clear()
    many = [f"passage {n}" for n in range(WAITED_FOR + 2)]
    background = asyncio.create_task(embedder.embed(many, role=EmbeddingRole.PASSAGE))
    await asyncio.to_thread(embedder.model.begun.wait, 5)
    waiting = asyncio.create_task(embedder.embed(["question"], role=EmbeddingRole.QUERY))
    await asyncio.sleep(0)
    embedder.model.go_on.set()
    await asyncio.gather(background, waiting)
    assert embedder.model.texts.index("question") == 1


async def test_a_full_queue_turns_away_at_once(embedder, monkeypatch):
    embedder.model.go_on.clear()
    embedder._jobs.maxsize = 1
    first = asyncio.create_task(embedder.embed(["first"], role=EmbeddingRole.QUERY))
    await asyncio.sleep(0)
    await asyncio.to_thread(embedder.model.begun.wait, 5)
    second = asyncio.create_task(embedder.embed(["second"], role=EmbeddingRole.QUERY))
    await asyncio.sleep(0)
    with pytest.raises(EmbedderAway, match="queue_full"):
        await embedder.embed(["third"], role=EmbeddingRole.QUERY)
    embedder.model.go_on.set()
    await asyncio.gather(first, second)


async def test_a_text_that_breaks_the_model_does_not_end_its_thread(embedder):
    with pytest.raises(EmbedderAway, match="broke"):
        await embedder.embed(["breaks"], role=EmbeddingRole.QUERY)
    assert len(await embedder.embed(["a"], role=EmbeddingRole.QUERY)) == 1


async def test_a_refused_model_is_asked_for_once_and_says_why():
    asked = []

    def refuse():
        asked.append(1)
        raise ModelRefused("不是核定的文件")

    refused = ThreadedEmbedder(refuse, id="refused", seconds=5)
    for _ in range(2):
        with pytest.raises(EmbedderAway):
            await refused.warm()
    assert (refused.refused, asked) == ("不是核定的文件", [1])
    await refused.aclose()


async def test_a_closed_embedder_is_away(embedder):
    await embedder.embed(["a"], role=EmbeddingRole.QUERY)
    await embedder.aclose()
    with pytest.raises(EmbedderAway, match="closed"):
        await embedder.embed(["b"], role=EmbeddingRole.QUERY)
