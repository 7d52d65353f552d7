"""An address outside: nothing personal goes there, and whatever it answers does no harm."""

import numpy as np
import pytest
from aiohttp import web

from bot.understanding.breaker import Breaker
from bot.understanding.endpoint import Endpoint
from bot.understanding.http import BATCH, HttpEmbedder
from dialogs.ports import EmbedderAway, EmbeddingRole

QUERY, PASSAGE = EmbeddingRole.QUERY, EmbeddingRole.PASSAGE


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def embedder(model_server, http, clock):
    breaker = Breaker(failures=3, rest_seconds=30, clock=lambda: clock[0])
    endpoint = Endpoint(http, model_server.url, api_key="sk-test", breaker=breaker)
    return HttpEmbedder(endpoint, base_url=model_server.url, model="small", seconds=30)


async def test_each_text_has_its_own_unit_row_whatever_order_they_came_in(embedder, model_server):
    rows = await embedder.embed(["一", "二", "一"], role=QUERY)
    expected = np.array([model_server.row(text) for text in ("一", "二", "一")])
    assert np.allclose(rows, expected / np.linalg.norm(expected, axis=1, keepdims=True))


async def test_the_key_and_the_model_go_along(embedder, model_server):
    await embedder.embed(["一"], role=QUERY)
    assert model_server.headers[0]["Authorization"] == "Bearer sk-test"
    assert model_server.bodies[0] == {"model": "small", "input": ["一"], "encoding_format": "float"}


async def test_what_tells_who_somebody_is_does_not_leave_the_house(embedder, model_server):
    text = "我叫王建国，电话13812345678，身份证110101199003078515，住在幸福小区3号楼501室，邮箱wang@example.com，楼道灯坏了"
    await embedder.embed([text], role=QUERY)
    assert "楼道灯坏了" in model_server.heard
    for personal in ("王建国", "1381", "5678", "1101", "8515", "3号楼", "501", "wang"):
        assert personal not in model_server.heard


async def test_a_text_is_sent_once(embedder, model_server):
    await embedder.embed(["一", "二"], role=QUERY)
    await embedder.embed(["二", "一", "三"], role=QUERY)
    assert [body["input"] for body in model_server.bodies] == [["一", "二"], ["三"]]


async def test_a_long_list_goes_in_batches(embedder, model_server):
    rows = await embedder.embed([f"第{n}句" for n in range(BATCH + 1)], role=PASSAGE)
    assert (len(rows), [len(body["input"]) for body in model_server.bodies]) == (BATCH + 1, [BATCH, 1])


async def test_a_long_text_is_cut(embedder, model_server):
    await embedder.embed(["字" * 9_000], role=PASSAGE)
    assert len(model_server.bodies[0]["input"][0]) <= 512


async def test_an_address_that_does_not_answer_in_time_is_away(embedder, model_server, hang):
    model_server.fault, embedder._seconds = hang, 0.5
    with pytest.raises(EmbedderAway, match="too_slow"):
        await embedder.embed(["一"], role=QUERY)


def answers(**given):
    async def fault(_request):
        return web.Response(content_type="application/json", **given)

    return fault


@pytest.mark.parametrize(
    "fault",
    [
        answers(status=500),
        answers(status=401),
        answers(status=302, headers={"Location": "http://127.0.0.1:1/"}),
        answers(text="not json"),
        answers(text="[]"),
        answers(text="null"),
        answers(text='{"data": []}'),
        answers(text='{"data": [{"index": 0, "embedding": []}]}'),
        answers(text='{"data": [{"index": 0, "embedding": ["x"]}]}'),
        answers(text='{"data": [{"index": 0, "embedding": [0, 0]}]}'),
        answers(text='{"data": [{"index": 0, "embedding": [NaN, 1]}]}'),
        answers(text='{"data": [{"index": 0, "embedding": [[1], [2]]}]}'),
        answers(text='{"data": [{"index": 7, "embedding": [1]}]}'),
        answers(text='{"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1]}]}'),
        answers(body=b" " * (9 * 1024 * 1024)),
    ],
)
async def test_an_answer_that_is_no_embedding_is_away_and_the_next_good_one_counts(embedder, model_server, fault):
    model_server.fault = fault
    with pytest.raises(EmbedderAway):
        await embedder.embed(["一"], role=PASSAGE)
    model_server.fault = None
    assert (await embedder.embed(["一"], role=PASSAGE)).shape == (1, 4)


async def test_rows_of_another_length_than_before_are_refused(embedder, model_server):
    await embedder.embed(["一"], role=QUERY)
    model_server.dimensions = 5
    with pytest.raises(EmbedderAway, match="other_dimensions"):
        await embedder.embed(["二"], role=QUERY)


async def test_an_address_that_keeps_failing_is_left_alone_for_a_while(embedder, model_server, clock):
    model_server.fault = answers(status=503)
    for reason in ("http_503", "http_503", "http_503", "resting", "resting"):
        with pytest.raises(EmbedderAway, match=reason):
            await embedder.embed(["一"], role=QUERY)
    assert len(model_server.bodies) == 3
    model_server.fault, clock[0] = None, 31
    assert len(await embedder.embed(["一"], role=QUERY)) == 1


async def test_an_address_that_nobody_serves_is_away(http):
    nobody = Endpoint(http, "http://127.0.0.1:1/v1")
    with pytest.raises(EmbedderAway):
        await HttpEmbedder(nobody, base_url="", model="", seconds=1).embed(["一"], role=QUERY)


def test_two_models_never_share_an_id(http):
    ids = {
        HttpEmbedder(Endpoint(http, url), base_url=url, model=model, seconds=1).id
        for url in ("http://a", "http://b")
        for model in ("x", "y")
    }
    assert len(ids) == 4
