"""A model of one's own, as ONNX: a real one, small enough to be made here."""

import json

import numpy as np
import pytest

from bot.settings_sections import Understanding
from bot.understanding import onnx_model
from bot.understanding.embedders import choose_embedder
from bot.understanding.hosted import HostedEmbedder
from dialogs.ports import EmbedderAway, EmbeddingRole

onnx = pytest.importorskip("onnx", reason="the package onnx makes the model")
pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
tokenizers = pytest.importorskip("tokenizers", reason="the extra onnx is not installed")

QUERY, PASSAGE = EmbeddingRole.QUERY, EmbeddingRole.PASSAGE
LETTERS = "?查进度结果红烧肉问答"


@pytest.fixture
def folder(tmp_path):
    """A model that knows ten characters: each token's state is its row of a table."""
    made = tmp_path / "model"
    made.mkdir()
    table = np.eye(len(LETTERS), dtype=np.float32) + 0.1
    helper, floats = onnx.helper, onnx.TensorProto.FLOAT
    inputs = [
        helper.make_tensor_value_info(name, onnx.TensorProto.INT64, [1, "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        "tiny",
        inputs,
        [helper.make_tensor_value_info("last_hidden_state", floats, [1, "tokens", len(LETTERS)])],
        [onnx.numpy_helper.from_array(table, "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, made / "model.onnx")
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({letter: at for at, letter in enumerate(LETTERS)}, unk_token="?")
    )
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Split(tokenizers.Regex("."), "isolated")
    tokenizer.save(str(made / "tokenizer.json"))
    return made


@pytest.fixture
async def embedder(folder):
    made = HostedEmbedder(["onnx", str(folder)], id="tiny", seconds=60)
    yield made
    await made.aclose()


async def test_like_texts_lie_nearer_than_unlike_ones_and_rows_are_unit(embedder):
    rows = await embedder.embed(["查进度", "进度结果", "红烧肉"], role=QUERY)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]


async def test_hostile_texts_have_rows_too(embedder):
    rows = await embedder.embed(["", "\0", "\ud800", "肉" * 9_000], role=PASSAGE)
    assert np.isfinite(rows).all()


async def test_the_prompts_of_the_model_are_put_before_the_text(folder):
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {"query": "问", "passage": "答"}}))
    embedder = HostedEmbedder(["onnx", str(folder)], id="tiny", seconds=60)
    (query,) = await embedder.embed(["肉"], role=QUERY)
    (passage,) = await embedder.embed(["肉"], role=PASSAGE)
    await embedder.aclose()
    assert query[LETTERS.index("问")] > passage[LETTERS.index("问")]


async def test_the_first_token_stands_for_all_where_the_model_says_so(folder):
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    embedder = HostedEmbedder(["onnx", str(folder)], id="tiny", seconds=60)
    one, other = await embedder.embed(["查进度", "查红烧肉"], role=QUERY)
    await embedder.aclose()
    assert np.allclose(one, other)


@pytest.mark.parametrize("name", onnx_model.NEEDED)
async def test_a_file_that_is_no_model_is_refused_with_a_reason(folder, name):
    (folder / name).write_bytes(b"no such thing")
    embedder = HostedEmbedder(["onnx", str(folder)], id="tiny", seconds=60)
    with pytest.raises(EmbedderAway, match="refused"):
        await embedder.warm()
    await embedder.aclose()
    assert str(folder) in embedder.refused


async def test_the_settings_choose_it_and_a_missing_file_is_named(folder, http):
    chosen = choose_embedder(Understanding(embeddings="onnx", onnx_folder=folder), http)
    before = chosen.embedder.id
    assert (await chosen.embedder.embed(["查"], role=QUERY)).shape == (1, len(LETTERS))
    await chosen.embedder.aclose()
    (folder / "tokenizer.json").write_text((folder / "tokenizer.json").read_text() + "\n")
    assert choose_embedder(Understanding(embeddings="onnx", onnx_folder=folder), http).embedder.id != before
    (folder / "model.onnx").unlink()
    missing = choose_embedder(Understanding(embeddings="onnx", onnx_folder=folder), http)
    assert (missing.embedder, "model.onnx" in missing.said) == (None, True)
